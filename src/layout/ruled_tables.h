// Tables whose cells are divided by lines, across and down.
//
//   1. collect the rules, join what continues on one line      ----+----+----
//   2. rules that touch belong together: a frame                   |    |
//   3. the places of its lines are the grid                    ----+----+----
//   4. where a side is missing, two cells are one                  |
//   5. words go to the cell that holds their middle            ----+----+----
//
// A frame is a table only if there are at least two columns and two rows with words in several of the cells; boxes around text,
// diagrams and decoration are not.
#pragma once

#include "layout/glyph.h"
#include "layout/join_lines.h"
#include "layout/page_text.h"
#include "layout/tables.h"

namespace docquarry {

// `taken[i]` becomes true for every piece that a table holds.
std::vector<Table> find_ruled_tables(const PageInk& page, int turns, const PageText& text, Vocabulary& vocabulary,
                                     float body_size_pt, std::vector<bool>& taken);

}  // namespace docquarry
