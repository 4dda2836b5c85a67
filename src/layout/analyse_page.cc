#include "layout/analyse_page.h"

#include "layout/blocks.h"
#include "layout/columns.h"
#include "layout/glyph_runs.h"
#include "layout/headings.h"
#include "layout/lines.h"
#include "layout/list_nesting.h"
#include "layout/markdown.h"
#include "layout/tables.h"
#include "layout/upright.h"

#include <algorithm>
#include <array>

namespace docquarry {
namespace {

// The directions in which text runs on the page, the most frequent first.
std::vector<int> directions_of(const PageInk& page) {
  std::array<std::size_t, slanted + 1> glyphs{};
  for (const auto& glyph : page.glyphs) ++glyphs[std::size_t(direction_of(glyph.angle))];
  std::vector<int> directions;
  for (int turns = 0; turns <= slanted; ++turns)
    if (glyphs[std::size_t(turns)] > 0) directions.push_back(turns);
  std::sort(directions.begin(), directions.end(), [&](int a, int b) {
    auto x = glyphs[std::size_t(a)], y = glyphs[std::size_t(b)];
    return x != y ? x > y : a < b;
  });
  return directions;
}

std::vector<Atom> atoms_of(const PageText& text) {
  std::vector<Atom> atoms;
  atoms.reserve(text.pieces.size());
  for (std::uint32_t i = 0; i < text.pieces.size(); ++i) {
    const Piece& piece = text.pieces[i];
    atoms.push_back({piece.box, piece.baseline, piece.size_pt, piece.row, piece.characters, i, false});
  }
  return atoms;
}

bool reads_right_to_left(const PageText& text) {
  std::size_t letters = 0, right_to_left = 0;
  for (const auto& piece : text.pieces) letters += piece.characters, right_to_left += piece.right_to_left ? piece.characters : 0;
  return right_to_left * 2 > letters;
}

// The text of one direction, from glyphs to blocks.
ColumnText read_direction(const PageInk&, const DocumentStyle& style, const PageText& text) {
  auto atoms = atoms_of(text);
  auto regions = order_columns(atoms, style.body_size_pt(), reads_right_to_left(text));

  ColumnText content;
  LinePitch pitch;
  std::vector<std::uint32_t> ends;
  for (const auto& region : regions) {
    auto first = content.lines.size();
    append_lines(text, std::span(atoms).subspan(region.begin, region.end - region.begin), content.lines);
    pitch.learn(std::span(content.lines).subspan(first));
    ends.push_back(std::uint32_t(content.lines.size()));
  }
  pitch.settle();
  std::uint32_t first = 0;
  for (auto end : ends) {
    append_blocks(text, first, end, pitch, style.body_is_monospace(), content);
    first = end;
  }
  mark_headings(content, style);
  nest_lists(content);
  return content;
}

// Lines as they are stored: on the page, with words.
void append_stored_lines(const PageText& text, const ColumnText& content, int turns, PageContent& into) {
  for (const auto& line : content.lines) {
    Line stored;
    stored.box = turns == slanted ? line.box : on_page(line.box, turns);
    stored.size_pt = line.size_pt;
    std::uint32_t most = 0;
    for (auto index : line.pieces) {
      const Piece& piece = text.pieces[index];
      if (piece.characters > most) most = piece.characters, stored.font = piece.font;
      for (std::uint32_t i = 0; i < piece.word_count; ++i) {
        const TextWord& word = text.words[piece.first_word + i];
        stored.words.push_back({turns == slanted ? word.box : on_page(word.box, turns), std::string(text.text_of(word))});
      }
    }
    into.lines.push_back(std::move(stored));
  }
}

void append_with_blank_line(std::string& out, const std::string& more) {
  if (!out.empty() && !more.empty()) out += "\n\n";
  out += more;
}

}  // namespace

PageContent analyse_page(const PageInk& page, const DocumentStyle& style) {
  PageContent content;
  for (int turns : directions_of(page)) {
    PageText text = turns == slanted ? read_slanted_lines(page) : read_lines(page, turns);
    ColumnText columns = read_direction(page, style, text);
    append_stored_lines(text, columns, turns, content);
    append_with_blank_line(content.text, write_plain_text(columns, {}));
    append_with_blank_line(content.markdown, write_markdown(columns, {}));
  }
  content.has_text_layer = !content.lines.empty();
  if (content.has_text_layer) content.fonts = page.fonts;
  return content;
}

}  // namespace docquarry
