// Builds the ink of a page for tests: every letter is half its size wide, so positions can be counted by hand.
#pragma once

#include "layout/analyse_page.h"
#include "layout/characters.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace docquarry {

class PageBuilder {
 public:
  enum FontNumber : std::uint32_t { regular = 0, bold = 1, monospace = 2 };
  enum class Spaces { real, gaps };

  PageInk ink;
  float size = 10;
  FontNumber font = regular;
  Spaces spaces = Spaces::real;
  float letter_spacing = 0;
  float angle = 0;

  PageBuilder() {
    ink.width_pt = 595, ink.height_pt = 842;
    ink.fonts = {{"Body"}, {"Body-Bold", true}, {"Mono", false, false, true}};
  }

  static float advance(float size) { return size / 2; }

  void glyph(float x, float baseline, char32_t c) {
    Glyph g;
    g.code_point = c;
    g.box = {x, baseline - 0.8f * size, x + advance(size), baseline + 0.2f * size};
    g.baseline_y = baseline;
    g.size_pt = size;
    g.font = font;
    ink.glyphs.push_back(g);
  }

  // Letters from x to the right. Returns where the next letter would stand.
  float text(float x, float baseline, std::string_view words) {
    while (!words.empty()) {
      char32_t c = take_character(words);
      if (c != ' ' || spaces == Spaces::real) glyph(x, baseline, c);
      x += advance(size) + letter_spacing;
    }
    return x;
  }

  // Lines 12 points apart, at size 10.
  void lines(float x, float baseline, std::initializer_list<std::string_view> lines, float pitch = 12) {
    for (auto line : lines) text(x, baseline, line), baseline += pitch;
  }

  // Text that runs along `turns` quarter turns, clockwise, starting at (x, y).
  void turned_text(float x, float y, int turns, std::string_view words) {
    float quarter = 1.57079633f;
    for (; !words.empty();) {
      char32_t c = take_character(words);
      Glyph g;
      g.code_point = c;
      g.angle = float(turns) * quarter;
      g.size_pt = size;
      float a = advance(size), up = 0.8f * size, down = 0.2f * size;
      if (turns == 1) g.box = {x - down, y, x + up, y + a}, y += a;
      if (turns == 2) g.box = {x - a, y - down, x, y + up}, g.baseline_y = y, x -= a;
      if (turns == 3) g.box = {x - up, y - a, x + down, y}, y -= a;
      ink.glyphs.push_back(g);
    }
  }

  void rule(float left, float top, float right, float bottom) { ink.rules.push_back({{left, top, right, bottom}}); }

  PageContent read() const {
    DocumentStyle style;
    style.learn(ink, 0);
    return analyse_page(ink, style);
  }
};

}  // namespace docquarry
