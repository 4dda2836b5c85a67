// The words of lines as one string: hyphens at line ends undone, scripts without spaces joined without spaces.
#pragma once

#include "layout/blocks.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace docquarry {

// The words of a page, to judge hyphens by: "first-" at a line's end and "year" on the next are "first-year" when the page says
// "first-year" elsewhere, or "first" and "year" but never "firstyear". Filled when the first hyphen asks.
class Vocabulary {
 public:
  explicit Vocabulary(const PageText& text) : text_(text) {}

  // Whether the hyphen between the two parts belongs to the word.
  bool keeps_hyphen(std::string_view first, std::string_view second);

 private:
  bool has(std::uint64_t word) const { return std::binary_search(words_.begin(), words_.end(), word); }

  const PageText& text_;
  bool filled_ = false;
  std::vector<std::uint64_t> words_;  // hashes, sorted
};

// `words_to_skip`: at the start, for a list mark.
std::string join_lines(const PageText& text, Vocabulary& vocabulary, std::span<const ColumnLine> lines,
                       std::uint32_t words_to_skip);

// Appends a word to a cell's text; `new_line` when it stands on another line than the word before.
void append_cell_word(std::string& cell, Vocabulary& vocabulary, std::string_view word, bool new_line);

// Lines of a program: line ends kept, and spaces as wide as the gaps on the page.
std::string join_code(const PageText& text, std::span<const ColumnLine> lines, float pitch);

}  // namespace docquarry
