// The order in which the parts of a page are read: columns, and what spans them.
//
//   +--------------------+      A gutter is a place that many lines leave free, with text on both sides of it. What crosses the
//   |  spanning title    | 1    gutter cuts the page into bands. A band that has text on both sides is read column by column,
//   +---------+----------+      and each part of it is looked at again in the same way; all other bands are read from top to
//   |    2    |    3     |      bottom. A band whose parts look like cells (a few words, side by side) is not cut: that is a
//   +---------+----------+      table or a form, and reads row by row.
//   |  spanning caption  | 4
//   +---------+----------+
#pragma once

#include "domain/page.h"

#include <cstdint>
#include <vector>

namespace docquarry {

// What is put in order: a piece of a line, or a table, which is not looked into.
struct Atom {
  Box box;
  float baseline = 0;
  float size_pt = 1;
  std::uint32_t row = 0;  // same number: same baseline
  std::uint32_t characters = 0;
  std::uint32_t index = 0;  // whose box this is, for the caller
  bool table = false;
};

// atoms [begin, end) after the call: one column, or a stretch that spans them, from top to bottom.
struct Region {
  std::uint32_t begin = 0, end = 0;
};

// Sorts `atoms` and returns the regions in reading order.
std::vector<Region> order_columns(std::vector<Atom>& atoms, float body_size_pt, bool right_to_left);

}  // namespace docquarry
