#include "layout/headings.h"

#include "layout/characters.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

constexpr float larger = 1.1f;  // times the body size; sizes of one kind of text differ by less (10 and 10.9 are both body sizes)
constexpr float same_size = 1.05f;
constexpr std::uint32_t lines_at_most = 4;  // titles may be long, headings are not
constexpr std::uint32_t bold_lines_at_most = 2;
constexpr std::size_t bytes_at_most = 300;
constexpr std::size_t bold_bytes_at_most = 150;
constexpr std::size_t plain_bytes_at_most = 90;  // of a heading that is neither larger nor heavier
constexpr float plain_size = 0.85f;              // times the body size; small capitals look as large at less
constexpr std::size_t text_bytes = 100;          // what stands below a plain heading is longer
constexpr int deepest = 6;

bool has_letters(std::string_view text) {
  std::size_t letters = 0;
  while (!text.empty())
    if (is_letter(take_character(text))) ++letters;
  return letters >= 2;
}

// A running sentence, or the start of something: not a title.
bool ends_like_text(std::string_view text) {
  char32_t end = last_character(text);
  return end == '.' || end == ',' || end == ';' || end == ':';
}

struct Look {
  float size = 0;
  bool bold = false;
};

Look look_of(const ColumnText& content, const Block& block) {
  const auto& first = content.lines[block.first_line];
  Look look{first.size_pt, first.bold};
  for (std::uint32_t i = 1; i < block.line_count; ++i) {
    const auto& line = content.lines[block.first_line + i];
    look.bold = look.bold && line.bold;
    look.size = std::max(look.size, line.size_pt);
  }
  return look;
}

bool is_heading(const ColumnText& content, const Block& block, const Look& look, const DocumentStyle& style) {
  if (block.kind != BlockKind::paragraph && block.kind != BlockKind::numbered_item) return false;
  if (block.line_count > lines_at_most || block.text.size() > bytes_at_most || !has_letters(block.text)) return false;
  if (look.size > larger * style.body_size_pt()) return true;
  if (!look.bold || style.body_is_bold() || look.size < style.body_size_pt() / same_size) return false;
  if (block.line_count > bold_lines_at_most || block.text.size() > bold_bytes_at_most || ends_like_text(block.text)) return false;
  for (std::uint32_t i = 0; i < block.line_count; ++i)
    if (content.lines[block.first_line + i].pieces.size() > 2) return false;  // the head of a table without rules
  return true;
}

bool is_item(const Block& block) { return block.kind == BlockKind::bullet_item || block.kind == BlockKind::numbered_item; }

// "3", "2.1", "2.1.4." before a word with a capital.
bool starts_with_section_number(std::string_view text) {
  std::size_t digits = 0, parts = 1, i = 0;
  for (; i < text.size() && (is_digit(char32_t(text[i])) || text[i] == '.'); ++i) {
    if (text[i] == '.') ++parts, digits = 0;
    else if (++digits > 2) return false;
  }
  if (i == 0 || text[0] == '.' || parts > 5 || i >= text.size() || text[i] != ' ') return false;
  return is_upper(first_character(text.substr(i + 1)));
}

bool is_all_capitals(std::string_view text) {
  std::size_t capitals = 0;
  while (!text.empty()) {
    char32_t c = take_character(text);
    if (is_lower(c) || is_unspaced(c)) return false;
    capitals += is_upper(c) ? 1 : 0;
  }
  return capitals >= 6;
}

// One line between paragraphs, numbered like a section or in capitals, with text below it: a heading in the body's own letters.
bool is_plain_heading(const ColumnText& content, std::size_t index, const DocumentStyle& style) {
  const Block& block = content.blocks[index];
  bool numbered = block.kind == BlockKind::numbered_item;
  if ((block.kind != BlockKind::paragraph && !numbered) || block.line_count != 1 || index + 1 >= content.blocks.size())
    return false;
  const Block& below = content.blocks[index + 1];
  if (below.kind != BlockKind::paragraph || below.text.size() < text_bytes ||
      (numbered && index > 0 && is_item(content.blocks[index - 1])))
    return false;
  const auto& line = content.lines[block.first_line];
  if (line.pieces.size() > 2 || line.size_pt < plain_size * style.body_size_pt() || block.text.size() > plain_bytes_at_most)
    return false;
  if (!has_letters(block.text) || ends_like_text(block.text)) return false;
  if (numbered) return is_upper(first_character(block.text));
  return starts_with_section_number(block.text) || is_all_capitals(block.text);
}

}  // namespace

void mark_headings(ColumnText& content, const DocumentStyle& style) {
  if (style.body_size_pt() <= 0) return;
  for (std::size_t i = 0; i < content.blocks.size(); ++i) {
    Block& block = content.blocks[i];
    if (block.line_count == 0 || block.kind == BlockKind::table) continue;
    auto look = look_of(content, block);
    if (!is_heading(content, block, look, style) && !is_plain_heading(content, i, style)) continue;
    if (block.kind == BlockKind::numbered_item) block.text = std::to_string(block.number) + ". " + block.text;
    block.kind = BlockKind::heading;
    block.level = std::min(deepest, style.heading_level(look.size));
  }
}

}  // namespace docquarry
