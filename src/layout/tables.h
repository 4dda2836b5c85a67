// Tables: first those that are ruled, then text that stands in aligned columns. A page without tables must come out without tables.
#pragma once

#include "layout/blocks.h"
#include "layout/glyph.h"
#include "layout/page_text.h"

#include <string>
#include <vector>

namespace docquarry {

struct Table {
  Box box;
  std::size_t rows = 0, columns = 0;
  std::vector<std::string> cells;      // row by row
  std::vector<std::uint32_t> pieces;   // what lies in it, in reading order

  const std::string& cell(std::size_t row, std::size_t column) const { return cells[row * columns + column]; }
};

}  // namespace docquarry
