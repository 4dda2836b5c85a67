// The words of lines as one string: hyphens at line ends undone, scripts without spaces joined without spaces.
#pragma once

#include "layout/blocks.h"

namespace docquarry {

// `words_to_skip`: at the start, for a list mark.
std::string join_lines(const PageText& text, std::span<const ColumnLine> lines, std::uint32_t words_to_skip);

// Appends a word to a cell's text; `new_line` when it stands on another line than the word before.
void append_cell_word(std::string& cell, std::string_view word, bool new_line);

// Lines of a program: line ends kept, and spaces as wide as the gaps on the page.
std::string join_code(const PageText& text, std::span<const ColumnLine> lines, float pitch);

}  // namespace docquarry
