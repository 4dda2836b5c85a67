// What a table is, whichever way it was found.
#pragma once

#include "domain/page.h"

#include <cstdint>
#include <string>
#include <vector>

namespace docquarry {

struct TableCell {
  std::uint32_t row = 0, column = 0;
  std::uint32_t rows = 1, columns = 1;  // how many it spans
  std::string text;
};

struct Table {
  Box box;
  std::uint32_t rows = 0, columns = 0;
  std::vector<TableCell> cells;       // row by row; a place that a spanning cell covers has no cell of its own
  std::vector<std::uint32_t> pieces;  // whose words the cells hold

  bool has_spans() const {
    for (const auto& cell : cells)
      if (cell.rows > 1 || cell.columns > 1) return true;
    return false;
  }
};

}  // namespace docquarry
