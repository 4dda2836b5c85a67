#include "layout/analyse_page.h"
#include "layout/characters.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

constexpr float step_pt = 0.25f;                      // sizes closer than this are one size: rounding in the file, scaled pages
constexpr std::size_t sizes_at_most = 60;             // per page; one with more is noise
constexpr float heading_size = 1.1f;                  // as in headings.cc
constexpr std::int64_t fewest_letters = 3;            // a size that fewer letters have (an initial) is no level of headings
constexpr float margin_line_height_pt = 1;            // baselines that differ by less are one line
constexpr std::size_t margin_letters_at_most = 4000;  // per page; a fuller margin is none
constexpr std::size_t margin_lines_at_most = 200;     // per page

constexpr std::size_t levels_at_most = 6;  // Markdown knows no deeper headings

auto place_of(auto& sizes, float size_pt) {
  return std::lower_bound(sizes.begin(), sizes.end(), size_pt,
                          [](const auto& known, float wanted) { return known.size_pt < wanted; });
}

}  // namespace

void DocumentStyle::learn(const PageInk& page, int place) {
  while (!near_.empty() && !matters(near_.front().place, place)) {
    count(near_.front(), -1);
    near_.pop_front();
  }
  PageStyle style = sizes_of(page);
  style.place = place;
  style.margin_lines = margin_lines_of(page);
  count(style, 1);
  if (place >= first_pages) near_.push_back(std::move(style));
  settle();
}

DocumentStyle::PageStyle DocumentStyle::sizes_of(const PageInk& page) {
  PageStyle style;
  // Neighbouring glyphs mostly share size and font: count them in stretches.
  for (std::size_t begin = 0; begin < page.glyphs.size();) {
    const Glyph& first = page.glyphs[begin];
    std::size_t end = begin;
    std::int64_t letters = 0;
    for (; end < page.glyphs.size() && page.glyphs[end].size_pt == first.size_pt && page.glyphs[end].font == first.font; ++end)
      letters += is_space(page.glyphs[end].code_point) ? 0 : 1;
    bool step = end == begin;  // a size that is not a number is unequal to itself
    begin = step ? begin + 1 : end;
    if (letters == 0 || !(first.size_pt > 0 && first.size_pt < 5000)) continue;
    style.weight.letters += letters;
    if (first.font < page.fonts.size()) {
      style.weight.bold += page.fonts[first.font].bold ? letters : 0;
      style.weight.monospace += page.fonts[first.font].monospace ? letters : 0;
    }
    float size = std::round(first.size_pt / step_pt) * step_pt;
    auto at = place_of(style.sizes, size);
    if (at != style.sizes.end() && at->size_pt == size) at->letters += letters;
    else if (style.sizes.size() < sizes_at_most) style.sizes.insert(at, {size, letters});
  }
  return style;
}

std::vector<std::uint64_t> DocumentStyle::margin_lines_of(const PageInk& page) {
  std::vector<std::uint64_t> marks;
  if (!(page.height_pt > 0)) return marks;
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
  for (std::size_t begin = 0; begin < letters.size() && marks.size() < margin_lines_at_most;) {
    MarginMark mark;
    std::size_t end = begin;
    for (; end < letters.size() && letters[end].baseline - letters[begin].baseline < margin_line_height_pt; ++end)
      mark.add(letters[end].code_point);
    if (mark.letters != 0) marks.push_back(mark.letters);
    begin = end;
  }
  std::sort(marks.begin(), marks.end());
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
  return marks;
}

// Adds what a page looks like, or takes it away: integers, so nothing remains of what was taken away.
void DocumentStyle::count(const PageStyle& page, int sign) {
  weight_.letters += sign * page.weight.letters;
  weight_.bold += sign * page.weight.bold;
  weight_.monospace += sign * page.weight.monospace;
  for (const auto& size : page.sizes) {
    auto at = place_of(sizes_, size.size_pt);
    if (at == sizes_.end() || at->size_pt != size.size_pt) at = sizes_.insert(at, {size.size_pt, 0});
    at->letters += sign * size.letters;
    if (at->letters == 0) sizes_.erase(at);
  }
  for (auto mark : page.margin_lines) {
    auto known = margin_lines_.try_emplace(mark, 0).first;
    known->second += sign;
    if (known->second == 0) margin_lines_.erase(known);
  }
}

void DocumentStyle::settle() {
  auto most = std::max_element(sizes_.begin(), sizes_.end(), [](auto& a, auto& b) { return a.letters < b.letters; });
  if (most != sizes_.end()) body_size_pt_ = most->size_pt;
  heading_sizes_.clear();
  for (auto size = sizes_.rbegin(); size != sizes_.rend() && heading_sizes_.size() < levels_at_most; ++size) {
    if (!(size->size_pt > body_size_pt_ * heading_size)) break;
    bool is_level = size->letters >= fewest_letters;
    bool is_new = heading_sizes_.empty() || size->size_pt <= heading_sizes_.back() - 2 * step_pt;
    if (is_level && is_new) heading_sizes_.push_back(size->size_pt);
  }
}

bool DocumentStyle::seen_on_several_pages(std::uint64_t margin_mark) const {
  auto known = margin_lines_.find(margin_mark);
  return margin_mark != 0 && known != margin_lines_.end() && known->second > 1;
}

int DocumentStyle::heading_level(float size_pt) const {
  auto larger = [&](float known) { return known > size_pt + step_pt; };
  return int(std::count_if(heading_sizes_.begin(), heading_sizes_.end(), larger)) + 1;
}

}  // namespace docquarry
