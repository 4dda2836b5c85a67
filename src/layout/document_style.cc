#include "layout/analyse_page.h"
#include "layout/characters.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

constexpr float step_pt = 0.25f;                      // sizes closer than this are one size: rounding in the file, scaled pages
constexpr std::size_t sizes_at_most = 500;            // a document with more is noise
constexpr float heading_size = 1.1f;                  // as in headings.cc
constexpr std::uint64_t fewest_letters = 3;           // a size that fewer letters have (an initial) is no level of headings
constexpr float margin_line_height_pt = 1;            // baselines that differ by less are one line
constexpr std::size_t margin_letters_at_most = 4000;  // per page; a fuller margin is none
constexpr std::size_t margin_lines_at_most = 20'000;  // per document

}  // namespace

void DocumentStyle::learn(const PageInk& page) {
  learn_sizes(page);
  learn_margins(page);
}

void DocumentStyle::learn_sizes(const PageInk& page) {
  // Neighbouring glyphs mostly share size and font: count them in stretches.
  for (std::size_t begin = 0; begin < page.glyphs.size();) {
    const Glyph& first = page.glyphs[begin];
    std::size_t end = begin;
    std::uint64_t letters = 0;
    for (; end < page.glyphs.size() && page.glyphs[end].size_pt == first.size_pt && page.glyphs[end].font == first.font; ++end)
      letters += is_space(page.glyphs[end].code_point) ? 0 : 1;
    bool step = end == begin;  // a size that is not a number is unequal to itself
    begin = step ? begin + 1 : end;
    if (letters == 0 || !(first.size_pt > 0 && first.size_pt < 5000)) continue;
    letters_ += letters;
    if (first.font < page.fonts.size()) {
      bold_ += page.fonts[first.font].bold ? letters : 0;
      monospace_ += page.fonts[first.font].monospace ? letters : 0;
    }
    float size = std::round(first.size_pt / step_pt) * step_pt;
    auto at = std::lower_bound(sizes_.begin(), sizes_.end(), size,
                               [](const SizeCount& known, float wanted) { return known.size_pt < wanted; });
    if (at != sizes_.end() && at->size_pt == size) at->letters += letters;
    else if (sizes_.size() < sizes_at_most) sizes_.insert(at, {size, letters});
  }
  auto most = std::max_element(sizes_.begin(), sizes_.end(), [](auto& a, auto& b) { return a.letters < b.letters; });
  if (most != sizes_.end()) body_size_pt_ = most->size_pt;
}

void DocumentStyle::learn_margins(const PageInk& page) {
  if (margin_lines_.size() > margin_lines_at_most || !(page.height_pt > 0)) return;
  struct Letter {
    float baseline;
    char32_t code_point;
  };
  std::vector<Letter> letters;
  for (const auto& glyph : page.glyphs) {
    float share = glyph.baseline_y / page.height_pt;
    bool margin = (share >= 0 && share < margin_share) || (share > 1 - margin_share && share <= 1);
    if (margin && glyph.angle == 0 && !is_space(glyph.code_point) && letters.size() < margin_letters_at_most)
      letters.push_back({glyph.baseline_y, glyph.code_point});
  }
  std::sort(letters.begin(), letters.end(), [](auto& a, auto& b) { return a.baseline < b.baseline; });
  std::vector<std::uint64_t> marks;
  for (std::size_t begin = 0; begin < letters.size();) {
    MarginMark mark;
    std::size_t end = begin;
    for (; end < letters.size() && letters[end].baseline - letters[begin].baseline < margin_line_height_pt; ++end)
      mark.add(letters[end].code_point);
    if (mark.letters != 0) marks.push_back(mark.letters);
    begin = end;
  }
  std::sort(marks.begin(), marks.end());
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
  for (auto mark : marks) ++margin_lines_[mark];
}

bool DocumentStyle::seen_on_several_pages(std::uint64_t margin_mark) const {
  auto known = margin_lines_.find(margin_mark);
  return margin_mark != 0 && known != margin_lines_.end() && known->second > 1;
}

int DocumentStyle::heading_level(float size_pt) const {
  int larger = 0;
  float last = 0;
  for (auto size = sizes_.rbegin();
       size != sizes_.rend() && size->size_pt > size_pt + step_pt && size->size_pt > body_size_pt_ * heading_size; ++size) {
    if (size->letters < fewest_letters || (last > 0 && size->size_pt > last - 2 * step_pt)) continue;
    last = size->size_pt;
    ++larger;
  }
  return larger + 1;
}

}  // namespace docquarry
