// The glyphs of one piece of a line, in reading order, cut into words.
#pragma once

#include "layout/glyph_runs.h"
#include "layout/page_text.h"

#include <span>

namespace docquarry {

class WordWriter {
 public:
  WordWriter(const std::vector<Font>& fonts, PageText& into) : fonts_(fonts), text_(into) {}

  // `runs` are the parts of one piece, from left to right. Appends one piece with its words, unless nothing remains of it.
  void add_piece(const std::vector<Spot>& spots, std::span<const GlyphRun> runs, std::uint32_t row);

 private:
  void put_in_order(const std::vector<Spot>& spots, std::span<const GlyphRun> runs);
  void drop_doubles();
  void put_in_logical_order(bool right_to_left);
  float word_gap(float size);
  void write_words(Piece& piece);
  void describe(Piece& piece);

  const std::vector<Font>& fonts_;
  PageText& text_;
  std::vector<Spot> line_;  // the glyphs of the piece under work; kept between calls to spare allocations
  std::vector<float> gaps_;
  std::vector<std::uint32_t> letters_by_font_;
};

}  // namespace docquarry
