#include "layout/analyse_page.h"

#include "layout/aligned_tables.h"
#include "layout/blocks.h"
#include "layout/columns.h"
#include "layout/glyph_runs.h"
#include "layout/headings.h"
#include "layout/join_lines.h"
#include "layout/lines.h"
#include "layout/list_nesting.h"
#include "layout/markdown.h"
#include "layout/page_margins.h"
#include "layout/ruled_tables.h"
#include "layout/upright.h"

#include <algorithm>
#include <array>
#include <optional>

namespace docquarry {
namespace {

struct DirectionText {
  ColumnText columns;
  std::vector<Table> tables;
};

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

// What is put in order: tables as wholes, and the pieces that no table holds.
std::vector<Atom> atoms_of(const PageText& text, const std::vector<Table>& tables, const std::vector<bool>& taken) {
  std::vector<Atom> atoms;
  atoms.reserve(text.pieces.size() + tables.size());
  for (std::uint32_t i = 0; i < text.pieces.size(); ++i) {
    const Piece& piece = text.pieces[i];
    if (!taken[i]) atoms.push_back({piece.box, piece.baseline, piece.size_pt, piece.row, piece.characters, i, false});
  }
  std::uint32_t row = text.pieces.empty() ? 0 : text.pieces.back().row;
  for (std::uint32_t i = 0; i < tables.size(); ++i) atoms.push_back({tables[i].box, tables[i].box.top, 1, ++row, 0, i, true});
  return atoms;
}

bool reads_right_to_left(const PageText& text) {
  std::size_t letters = 0, right_to_left = 0;
  for (const auto& piece : text.pieces) letters += piece.characters, right_to_left += piece.right_to_left ? piece.characters : 0;
  return right_to_left * 2 > letters;
}

// Lines [first, last) without a ruled table between them; what follows them may be one.
struct Stretch {
  std::uint32_t first = 0, last = 0;
  std::optional<std::uint32_t> table_behind;
};

std::vector<Stretch> lines_in_order(const PageText& text, std::span<const Atom> atoms, std::span<const Region> regions,
                                    std::vector<ColumnLine>& lines) {
  std::vector<Stretch> stretches;
  for (const auto& region : regions) {
    for (auto begin = region.begin; begin < region.end;) {
      auto end = begin;
      while (end < region.end && !atoms[end].table) ++end;
      Stretch stretch{std::uint32_t(lines.size())};
      if (begin < end) append_lines(text, atoms.subspan(begin, end - begin), lines);
      stretch.last = std::uint32_t(lines.size());
      if (end < region.end) stretch.table_behind = atoms[end].index;
      stretches.push_back(stretch);
      begin = end + 1;
    }
  }
  return stretches;
}

void append_table(Table table, std::uint32_t first_line, std::uint32_t line_count, DirectionText& into) {
  Block block;
  block.kind = BlockKind::table;
  block.table = std::uint32_t(into.tables.size());
  block.first_line = first_line;
  block.line_count = line_count;
  into.columns.blocks.push_back(std::move(block));
  into.tables.push_back(std::move(table));
}

// Running heads before, running feet behind everything else.
void append_furniture(const PageText& text, Vocabulary& vocabulary, std::span<const Furniture> furniture, Furniture kind,
                      ColumnText& into) {
  std::vector<Atom> atoms;
  for (std::uint32_t i = 0; i < furniture.size(); ++i) {
    const Piece& piece = text.pieces[i];
    if (furniture[i] == kind) atoms.push_back({piece.box, piece.baseline, piece.size_pt, piece.row, piece.characters, i, false});
  }
  auto first = into.lines.size();
  append_lines(text, atoms, into.lines);
  for (auto line = first; line < into.lines.size(); ++line) {
    Block block;
    block.kind = BlockKind::furniture;
    block.first_line = std::uint32_t(line);
    block.line_count = 1;
    block.text = join_lines(text, vocabulary, std::span(into.lines).subspan(line, 1), 0);
    into.blocks.push_back(std::move(block));
  }
}

// The text of one direction, from pieces to blocks.
DirectionText read_direction(const PageInk& page, int turns, const DocumentStyle& style, const PageText& text) {
  DirectionText content;
  Vocabulary vocabulary(text);
  std::vector<bool> taken(text.pieces.size(), false);
  auto furniture = turns == 0 ? find_furniture(page, text, style) : std::vector<Furniture>(text.pieces.size());
  append_furniture(text, vocabulary, furniture, Furniture::head, content.columns);
  std::transform(furniture.begin(), furniture.end(), taken.begin(), [](Furniture f) { return f != Furniture::none; });
  auto ruled = find_ruled_tables(page, turns, text, vocabulary, style.body_size_pt(), taken);
  auto atoms = atoms_of(text, ruled, taken);
  auto regions = order_columns(atoms, style.body_size_pt(), reads_right_to_left(text));
  auto stretches = lines_in_order(text, atoms, regions, content.columns.lines);

  LinePitch pitch;
  for (const auto& stretch : stretches)
    pitch.learn(std::span(content.columns.lines).subspan(stretch.first, stretch.last - stretch.first));
  pitch.settle();
  for (const auto& stretch : stretches) {
    auto first = stretch.first;
    auto blocks_before = content.columns.blocks.size();
    for (auto& found : find_aligned_tables(text, vocabulary, content.columns.lines, stretch.first, stretch.last, pitch)) {
      append_blocks(text, vocabulary, first, found.first_line, pitch, style.body_is_monospace(), content.columns);
      append_table(std::move(found.table), found.first_line, found.line_count, content);
      first = found.first_line + found.line_count;
    }
    append_blocks(text, vocabulary, first, stretch.last, pitch, style.body_is_monospace(), content.columns);
    join_cut_paragraph(blocks_before, content.columns, vocabulary);
    if (stretch.table_behind) append_table(std::move(ruled[*stretch.table_behind]), stretch.last, 0, content);
  }
  append_furniture(text, vocabulary, furniture, Furniture::foot, content.columns);
  mark_headings(content.columns, style);
  nest_lists(content.columns);
  return content;
}

// Pieces [0, n) as one stored line: on the page, with words.
Line stored_line(const PageText& text, std::span<const std::uint32_t> pieces, int turns) {
  auto placed = [&](const Box& box) { return turns == slanted ? box : on_page(box, turns); };
  Line stored;
  Box whole = text.pieces[pieces[0]].box;
  std::uint32_t most = 0;
  std::size_t words = 0;
  for (auto index : pieces) words += text.pieces[index].word_count;
  stored.words.reserve(words);
  for (auto index : pieces) {
    const Piece& piece = text.pieces[index];
    whole = united(whole, piece.box);
    if (piece.characters > most) most = piece.characters, stored.font = piece.font, stored.size_pt = piece.size_pt;
    for (std::uint32_t i = 0; i < piece.word_count; ++i) {
      const TextWord& word = text.words[piece.first_word + i];
      stored.words.push_back({placed(word.box), std::string(text.text_of(word))});
    }
  }
  stored.box = placed(whole);
  return stored;
}

// Every line in reading order; of a table, every piece of a cell.
void append_stored_lines(const PageText& text, const DirectionText& content, int turns, std::vector<Line>& into) {
  for (const auto& block : content.columns.blocks) {
    if (block.kind == BlockKind::table) {
      for (const auto& piece : content.tables[block.table].pieces) into.push_back(stored_line(text, {&piece, 1}, turns));
      continue;
    }
    for (std::uint32_t i = 0; i < block.line_count; ++i)
      into.push_back(stored_line(text, content.columns.lines[block.first_line + i].pieces, turns));
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
    DirectionText found = read_direction(page, turns, style, text);
    append_stored_lines(text, found, turns, content.lines);
    append_with_blank_line(content.text, write_plain_text(found.columns, found.tables));
    append_with_blank_line(content.markdown, write_markdown(found.columns, found.tables));
  }
  content.has_text_layer = !content.lines.empty();
  if (content.has_text_layer) content.fonts = page.fonts;
  return content;
}

}  // namespace docquarry
