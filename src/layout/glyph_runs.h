// Glyphs made safe, and strung together where the drawing order already has them side by side.
#pragma once

#include "layout/glyph.h"

#include <cstdint>
#include <vector>

namespace docquarry {

enum class SpaceBefore : std::uint8_t { none, inferred, real };

// A glyph with ink, in the upright frame. All numbers are finite, sizes positive.
struct Spot {
  Box box;
  float baseline = 0;
  float size_pt = 1;
  char32_t code_point = 0;
  std::uint32_t font = 0;
  std::uint32_t order = 0;                // of drawing
  SpaceBefore space = SpaceBefore::none;  // what the file has between the glyph drawn before and this one

  float width() const { return box.right - box.left; }
};

// spots [begin, end): neighbours on one baseline, one size, no gap wider than between words.
struct GlyphRun {
  std::uint32_t begin = 0, end = 0;
  Box box;
  float baseline = 0;
  float size_pt = 1;

  std::uint32_t count() const { return end - begin; }
};

// A gap wider than this (in sizes) may be the space between two columns or cells; justified lines stretch their word spaces up to it.
// What is cut here by mistake is joined again when it lies in one column (blocks.h).
constexpr float widest_word_gap = 0.75f;

// Baselines closer than this (in sizes) are one line. Rounding moves them by hundredths, superscripts by a third.
constexpr float same_baseline = 0.12f;

constexpr int slanted = 4;  // the direction of text that runs along no edge of the page
int direction_of(float angle);

std::vector<Spot> spots_of(const PageInk& page, int turns);
std::vector<GlyphRun> runs_of(const std::vector<Spot>& spots);

}  // namespace docquarry
