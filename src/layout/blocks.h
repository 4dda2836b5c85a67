// Lines of a column become blocks: paragraphs, list items, code. Headings are told apart later (headings.h).
#pragma once

#include "layout/columns.h"
#include "layout/page_text.h"

#include <span>
#include <string>
#include <vector>

namespace docquarry {

// A whole line of one column: the pieces on one baseline, in reading order.
struct ColumnLine {
  std::vector<std::uint32_t> pieces;
  Box box;
  float baseline = 0;
  float size_pt = 1;
  std::uint32_t characters = 0;
  bool bold = false, italic = false, monospace = false;  // all of it
  bool starts_bold = false;
  bool right_to_left = false;
};

enum class BlockKind : std::uint8_t { paragraph, heading, bullet_item, numbered_item, code, table, furniture };

struct Block {
  BlockKind kind = BlockKind::paragraph;
  std::uint32_t first_line = 0, line_count = 0;  // in ColumnText::lines
  int level = 0;                                 // of a heading: 1 to 6; of a list item: how deep, from 0
  std::uint32_t number = 0;                      // of a numbered item
  std::string text;                              // one line; a list mark is left out; code: with line ends
  std::uint32_t table = 0;                       // index, for the caller
};

struct ColumnText {
  std::vector<ColumnLine> lines;  // in reading order
  std::vector<Block> blocks;
};

// How lines of one size usually follow each other on this page. Learned from all columns before blocks are made.
class LinePitch {
 public:
  void learn(std::span<const ColumnLine> column);
  void settle();
  float typical(float size_pt) const;  // points from baseline to baseline

 private:
  struct Seen {
    float size, ratio;
  };
  struct Known {
    float size, ratio;
  };
  std::vector<Seen> seen_;
  std::vector<Known> known_;
};

class Vocabulary;  // join_lines.h

// The lines of a column. `atoms` are sorted from top to bottom and none of them is a table.
void append_lines(const PageText& text, std::span<const Atom> atoms, std::vector<ColumnLine>& lines);

// Splits lines [first, last) into blocks and appends them. `body_is_monospace`: such lines are text then, not code.
void append_blocks(const PageText& text, Vocabulary& vocabulary, std::uint32_t first, std::uint32_t last, const LinePitch& pitch,
                   bool body_is_monospace, ColumnText& into);

// A paragraph that the end of a column has cut goes on in the next: joins block `first` to the one before it, if so.
void join_cut_paragraph(std::size_t first, ColumnText& into, Vocabulary& vocabulary);

}  // namespace docquarry
