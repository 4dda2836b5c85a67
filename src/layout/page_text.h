// The text of a page on its way from glyphs to Markdown: words in one pool, and pieces that point into it.
// All boxes are in the upright frame of the text's own direction (upright.h): x along the baseline, y downwards across it.
#pragma once

#include "domain/page.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

struct TextWord {
  Box box;
  std::uint32_t begin = 0, length = 0;  // in PageText::characters, UTF-8
  std::uint32_t font = 0;
};

// Words on one baseline without a wide gap between them: a line of a column, a cell of a table, or a part of either.
struct Piece {
  Box box;
  float baseline = 0;
  float size_pt = 0;  // of most of its characters
  std::uint32_t first_word = 0, word_count = 0;
  std::uint32_t characters = 0;
  std::uint32_t font = 0;                                // of most of its characters
  std::uint32_t row = 0;                                 // pieces with the same number stand on one baseline
  bool bold = false, italic = false, monospace = false;  // all of it
  bool starts_bold = false;
  bool right_to_left = false;
};

struct PageText {
  std::string characters;
  std::vector<TextWord> words;
  std::vector<Piece> pieces;

  std::string_view text_of(const TextWord& word) const { return std::string_view(characters).substr(word.begin, word.length); }
  std::string_view first_word(const Piece& piece) const {
    return piece.word_count == 0 ? std::string_view() : text_of(words[piece.first_word]);
  }
};

inline Box united(const Box& a, const Box& b) {
  return {a.left < b.left ? a.left : b.left, a.top < b.top ? a.top : b.top, a.right > b.right ? a.right : b.right,
          a.bottom > b.bottom ? a.bottom : b.bottom};
}

}  // namespace docquarry
