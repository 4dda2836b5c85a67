// Tables without lines between the columns: several rows in which the text leaves the same places free.
//
//   Region      Growth    Share         The free places of each row, cut with those of the row before, must not run out; they divide
//   North         12 %      0.4         the columns. Rows of running text leave nothing free at the same place for long.
//   South and      3 %      0.1
//   islands
#pragma once

#include "layout/blocks.h"
#include "layout/join_lines.h"
#include "layout/tables.h"

namespace docquarry {

struct AlignedTable {
  std::uint32_t first_line = 0, line_count = 0;
  Table table;
};

// In lines [first, last), which are one column of the page.
std::vector<AlignedTable> find_aligned_tables(const PageText& text, Vocabulary& vocabulary, std::span<const ColumnLine> lines,
                                              std::uint32_t first, std::uint32_t last, const LinePitch& pitch);

}  // namespace docquarry
