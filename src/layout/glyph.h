// What the PDF reader hands to the layout analysis: characters, rules and pictures of one page, in the order the file draws them.
// Coordinates as in domain/page.h (points, top left origin, rotation applied). Nothing here is trusted: boxes may be empty, infinite
// boxes are already removed, but text may lie far outside the page, on top of itself, or be invisible.
#pragma once

#include "domain/page.h"

#include <cstdint>
#include <vector>

namespace docquarry {

struct Glyph {
  char32_t code_point = 0;  // cleaned by the reader: never NUL or a surrogate
  Box box;                  // the character's cell: advance width x font height ("loose" box)
  float baseline_y = 0;     // y of the origin of the glyph
  float size_pt = 0;        // effective font size
  float angle = 0;          // of the baseline, radians, 0 = left to right, counted clockwise as seen
  std::uint32_t font = 0;   // index into PageInk::fonts
  bool generated = false;   // a space or line break that the reader itself inferred; not in the file
  bool hyphen = false;      // the reader takes it for a hyphen at a line's end
  bool invisible = false;   // render mode 3 or without area
};

struct Rule {  // a thin line or the edge of a filled rectangle
  Box box;
};

struct Picture {
  Box box;
};

struct PageInk {
  float width_pt = 0, height_pt = 0;
  std::vector<Font> fonts;
  std::vector<Glyph> glyphs;
  std::vector<Rule> rules;
  std::vector<Picture> pictures;
};

}  // namespace docquarry
