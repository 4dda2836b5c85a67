#include "layout/glyph_runs.h"

#include "layout/characters.h"
#include "layout/page_text.h"
#include "layout/upright.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace docquarry {
namespace {

constexpr float farthest_pt = 1e6f;      // beyond it floats cannot tell neighbouring letters apart
constexpr float largest_size_pt = 5000;  // a letter larger than any page
constexpr float smallest_size_pt = 0.05f;
constexpr float slant_allowed = 0.17f;  // 10 degrees: pages that were scanned askew, with text recognised on them
constexpr float same_size = 1.25f;      // runs of one size: superscripts and small capitals (0.7 to 0.8) become runs of their own
constexpr float backwards_allowed = 0.3f;  // in sizes; kerning and accents step back a little, a new word does not

bool usable(const Box& b) {
  for (float edge : {b.left, b.top, b.right, b.bottom})
    if (!(std::abs(edge) < farthest_pt)) return false;
  return true;
}

// A size that other lengths can be compared with, whatever the file says.
float safe_size(const Glyph& glyph, const Box& box) {
  float size = std::abs(glyph.size_pt);
  float height = std::abs(box.height());
  // Fonts drawn by procedures (Type 3) may be called 1 point large and be scaled inside.
  bool plausible = size >= smallest_size_pt && size <= largest_size_pt && (height <= 0 || (size < 6 * height && size * 6 > height));
  if (!plausible) size = height;
  return std::clamp(size, smallest_size_pt, largest_size_pt);
}

// Names that symbol fonts give to list marks, in the private use area (F000 + the code in the font).
char32_t known_symbol(char32_t c) {
  switch (c) {
    case 0xF0B7: return 0x2022;  // bullet
    case 0xF0A7: return 0x25AA;  // small square
    case 0xF0D8: return 0x27A2;  // arrowhead
    case 0xF0FC: return 0x2713;  // check mark
    default: return c;
  }
}

bool continues(const GlyphRun& run, const Spot& last, const Spot& next) {
  float size = run.size_pt;
  if (std::abs(next.baseline - run.baseline) > same_baseline * size) return false;
  if (next.size_pt > same_size * size || next.size_pt * same_size < size) return false;
  if (next.box.left >= last.box.left - backwards_allowed * size) return next.box.left - last.box.right < widest_word_gap * size;
  float gap = last.box.left - next.box.right;  // right to left
  return gap < widest_word_gap * size && gap > -backwards_allowed * size;
}

}  // namespace

int direction_of(float angle) {
  if (angle == 0) return 0;
  if (!std::isfinite(angle) || std::abs(angle) > 100) return 0;
  constexpr float quarter = std::numbers::pi_v<float> / 2;
  float turns = std::round(angle / quarter);
  if (std::abs(angle - turns * quarter) > slant_allowed) return slanted;
  return int(turns) & 3;
}

std::vector<Spot> spots_of(const PageInk& page, int turns) {
  // Text that nobody sees is what OCR puts under a picture of the page. Beside more visible text it repeats or hides something.
  std::size_t hidden = 0;
  for (const auto& glyph : page.glyphs) hidden += glyph.invisible ? 1 : 0;
  bool take_hidden = hidden * 2 > page.glyphs.size();

  std::vector<Spot> spots;
  spots.reserve(page.glyphs.size());
  auto space = SpaceBefore::none;
  Spot last;
  for (const auto& glyph : page.glyphs) {
    char32_t c = known_symbol(glyph.code_point);
    if (is_space(c)) {
      space = glyph.generated && space != SpaceBefore::real ? SpaceBefore::inferred : SpaceBefore::real;
      continue;
    }
    if (is_ignorable(c) || (glyph.invisible && !take_hidden) || direction_of(glyph.angle) != turns || !usable(glyph.box)) continue;
    Spot spot;
    spot.box = turns == slanted ? glyph.box : upright(glyph.box, turns);
    if (spot.box.left > spot.box.right) std::swap(spot.box.left, spot.box.right);
    if (spot.box.top > spot.box.bottom) std::swap(spot.box.top, spot.box.bottom);
    spot.size_pt = safe_size(glyph, spot.box);
    // Only the height of the origin is known; for text that runs up or down the page the foot of the cell serves as well.
    spot.baseline = turns == 0 ? glyph.baseline_y : turns == 2 ? -glyph.baseline_y : spot.box.bottom - spot.box.height() / 4;
    if (!(spot.baseline > spot.box.top - 4 * spot.size_pt && spot.baseline < spot.box.bottom + 4 * spot.size_pt))
      spot.baseline = spot.box.bottom;
    if (spot.box.width() <= 0 && spot.box.height() <= 0 && !spots.empty()) {  // the reader knows no place for it
      spot.box = {last.box.right, last.box.top, last.box.right, last.box.bottom};
      spot.baseline = last.baseline;
      spot.size_pt = last.size_pt;
    }
    spot.code_point = c;
    spot.font = glyph.font;
    spot.order = std::uint32_t(spots.size());
    spot.space = spots.empty() ? SpaceBefore::none : space;
    space = SpaceBefore::none;
    last = spot;
    spots.push_back(spot);
  }
  return spots;
}

std::vector<GlyphRun> runs_of(const std::vector<Spot>& spots) {
  std::vector<GlyphRun> runs;
  runs.reserve(spots.size() / 16 + 1);
  for (std::uint32_t i = 0; i < spots.size(); ++i) {
    const Spot& spot = spots[i];
    if (!runs.empty() && continues(runs.back(), spots[i - 1], spot)) {
      runs.back().end = i + 1;
      runs.back().box = united(runs.back().box, spot.box);
    } else {
      runs.push_back({i, i + 1, spot.box, spot.baseline, spot.size_pt});
    }
  }
  return runs;
}

}  // namespace docquarry
