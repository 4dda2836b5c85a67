// From glyphs to pieces of lines. The order in which a file draws its glyphs is used as a hint only: they are gathered by baseline and
// position, so a page that is painted backwards reads the same.
#pragma once

#include "layout/glyph.h"
#include "layout/page_text.h"

namespace docquarry {

// The text that runs in the given direction (quarter turns clockwise; upright.h), within about 10 degrees.
// Words are in reading order within a piece, also where they run from right to left; pieces are sorted by row, then from left to right.
PageText read_lines(const PageInk& page, int turns);

// Text at any other angle (stamps across a page): pieces in drawing order. Their boxes are boxes on the page.
PageText read_slanted_lines(const PageInk& page);

}  // namespace docquarry
