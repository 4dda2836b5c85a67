#include "layout/columns.h"

#include "layout/page_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace docquarry {
namespace {

constexpr float narrowest_gutter = 0.75f;  // in body sizes; as wide as the widest gap that stays inside a line (glyph_runs.h)
constexpr float slice_height = 0.4f;       // in body sizes: every line, also of small print, meets at least one slice
constexpr std::size_t slices_at_most = 4096;
constexpr int deepest_cut = 12;            // three columns inside two bands need four
constexpr int gutters_tried = 3;           // per region, the most promising first
constexpr std::uint32_t lines_beside = 3;  // fewer lines side by side are chance or a form
constexpr float letters_of_text = 17;      // per piece of a line: narrower columns than that are not set as running text, cells are
constexpr float fill_of_text = 0.55f;      // lines of running text are of one length, but for the last of a paragraph
constexpr float longer_lines = 0.2f;       // share of lines that may be longer than "of one length": what spans inner columns
constexpr float aligned_rows = 0.6f;  // share of lines with a partner on the same baseline; cells have one, columns only on a grid

// A stretch of one slice of the page that an atom covers.
struct Cover {
  std::uint32_t slice;
  std::uint32_t atom;
  float left, right;
};

struct Gap {
  float left, right;
};

enum class SliceKind : std::uint8_t { empty, left_only, right_only, both, crossed };

class ColumnFinder {
 public:
  ColumnFinder(std::vector<Atom>& atoms, float body_size, bool right_to_left) : atoms_(atoms), right_to_left_(right_to_left) {
    body_size_ = body_size > 0 ? body_size : 10;
  }

  std::vector<Region> find() {
    cut(0, std::uint32_t(atoms_.size()), 0);
    return std::move(regions_);
  }

 private:
  struct Band {
    std::uint32_t first_slice = 0, last_slice = 0;
    bool columns = false;
  };

  void cut(std::uint32_t begin, std::uint32_t end, int depth) {
    if (begin == end) return;
    if (end - begin < 2 * lines_beside || depth >= deepest_cut || !slice_up(begin, end)) return keep_whole(begin, end);
    for (int tried = 0; tried < gutters_tried; ++tried) {
      float gutter = 0;
      if (!best_gutter(gutter)) break;
      auto bands = bands_at(begin, end, gutter);
      if (std::any_of(bands.begin(), bands.end(), [](auto& band) { return band.columns; }))
        return cut_at(begin, end, gutter, bands, depth);
      std::erase_if(gaps_, [&](const Gap& gap) { return gap.left <= gutter && gap.right >= gutter; });
    }
    keep_whole(begin, end);
  }

  void keep_whole(std::uint32_t begin, std::uint32_t end) {
    std::sort(atoms_.begin() + begin, atoms_.begin() + end, [](const Atom& a, const Atom& b) {
      return a.baseline != b.baseline   ? a.baseline < b.baseline
             : a.box.left != b.box.left ? a.box.left < b.box.left
                                        : a.index < b.index;
    });
    regions_.push_back({begin, end});
  }

  // The middle of a line, where it does not meet its neighbours above and below.
  static void core(const Atom& atom, float& top, float& bottom) {
    top = atom.table ? atom.box.top : atom.baseline - 0.45f * atom.size_pt;
    bottom = atom.table ? atom.box.bottom : atom.baseline - 0.05f * atom.size_pt;
  }

  std::uint32_t slice_at(float y) const { return std::uint32_t(std::clamp((y - top_) / slice_, 0.0f, float(slices_ - 1))); }

  // Fills covers_ and gaps_. False when nothing stands beside anything.
  bool slice_up(std::uint32_t begin, std::uint32_t end) {
    float bottom = 0, from, to;
    core(atoms_[begin], top_, bottom);
    for (auto i = begin; i < end; ++i) {
      core(atoms_[i], from, to);
      top_ = std::min(top_, from), bottom = std::max(bottom, to);
    }
    slice_ = std::max(slice_height * body_size_, (bottom - top_) / float(slices_at_most));
    slices_ = std::size_t(std::clamp((bottom - top_) / slice_ + 1, 1.0f, float(slices_at_most)));
    covers_.clear();
    gaps_.clear();
    for (auto i = begin; i < end; ++i) {
      core(atoms_[i], from, to);
      auto last = std::min(slice_at(to), slice_at(from) + (atoms_[i].table ? std::uint32_t(slices_at_most) : 16));
      for (auto slice = slice_at(from); slice <= last; ++slice)
        covers_.push_back({slice, i, atoms_[i].box.left, atoms_[i].box.right});
    }
    std::sort(covers_.begin(), covers_.end(),
              [](const Cover& a, const Cover& b) { return a.slice != b.slice ? a.slice < b.slice : a.left < b.left; });
    for (std::size_t i = 1; i < covers_.size(); ++i) {
      if (covers_[i].slice != covers_[i - 1].slice) continue;
      float right = reach_before(i);
      if (covers_[i].left - right >= narrowest_gutter * body_size_) gaps_.push_back({right, covers_[i].left});
    }
    return !gaps_.empty();
  }

  // The furthest right edge in the same slice before cover i; kept in reach_ while slice_up walks forward.
  float reach_before(std::size_t i) {
    bool first_pair = i == 1 || covers_[i - 2].slice != covers_[i - 1].slice;
    reach_ = first_pair ? covers_[i - 1].right : std::max(reach_, covers_[i - 1].right);
    return reach_;
  }

  // The middle of the place that most gaps share.
  bool best_gutter(float& gutter) {
    if (gaps_.size() < lines_beside) return false;
    edges_.clear();
    for (const auto& gap : gaps_) edges_.push_back({gap.left, 1}), edges_.push_back({gap.right, -1});
    std::sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.x != b.x ? a.x < b.x : a.step < b.step; });
    int open = 0, most = 0;
    float width = 0;
    for (std::size_t i = 0; i + 1 < edges_.size(); ++i) {
      open += edges_[i].step;
      float here = edges_[i + 1].x - edges_[i].x;
      if (open > most || (open == most && here > width)) {
        most = open;
        width = here;
        gutter = (edges_[i].x + edges_[i + 1].x) / 2;
      }
    }
    return most >= int(lines_beside);
  }

  std::vector<Band> bands_at(std::uint32_t begin, std::uint32_t end, float gutter) {
    std::vector<SliceKind> kinds(slices_, SliceKind::empty);
    for (const auto& cover : covers_) {
      auto& kind = kinds[cover.slice];
      if (cover.left < gutter && cover.right > gutter) kind = SliceKind::crossed;
      else if (kind == SliceKind::crossed) continue;
      else if (cover.right <= gutter)
        kind = kind == SliceKind::right_only || kind == SliceKind::both ? SliceKind::both : SliceKind::left_only;
      else kind = kind == SliceKind::left_only || kind == SliceKind::both ? SliceKind::both : SliceKind::right_only;
    }
    std::vector<Band> bands;
    for (std::uint32_t slice = 0; slice < slices_;) {
      bool crossed = kinds[slice] == SliceKind::crossed;
      std::uint32_t last = slice;
      while (last + 1 < slices_ && (kinds[last + 1] == SliceKind::crossed) == crossed) ++last;
      Band band{slice, last, false};
      if (!crossed) {
        give_back_a_heading(kinds, band);
        auto above = end_of_a_title(kinds, band);
        if (above > band.first_slice) {
          bands.push_back({band.first_slice, above - 1, false});
          band.first_slice = above;
        }
      }
      band.columns = !crossed && are_columns(begin, end, gutter, band);
      bands.push_back(band);
      slice = band.last_slice + 1;
    }
    return bands;
  }

  // One or two lines on one side at the foot of a band, nearer to the spanning lines below than to the column above: the heading of
  // what follows. (Given back to the next band, which starts earlier.)
  void give_back_a_heading(std::vector<SliceKind>& kinds, Band& band) const {
    if (band.last_slice + 1 >= slices_) return;
    auto slice = band.last_slice;
    while (slice > band.first_slice && kinds[slice] == SliceKind::empty) --slice;
    auto foot = slice;
    auto lines_high = std::uint32_t(2 * 1.5f / slice_height);
    auto gap_below = band.last_slice - foot;
    while (slice > band.first_slice && kinds[slice] != SliceKind::empty && kinds[slice] != SliceKind::both &&
           foot - slice < lines_high)
      --slice;
    if (kinds[slice] != SliceKind::empty) return;
    auto head = slice;
    while (head > band.first_slice && kinds[head] == SliceKind::empty) --head;
    auto gap_above = slice - head;
    if (head == band.first_slice || gap_above <= gap_below + 1) return;
    for (auto i = slice + 1; i <= band.last_slice; ++i) kinds[i] = SliceKind::crossed;
    band.last_slice = slice;
  }

  // A line or two that stand alone at the head of a band, on the side that is read last: a title centred over the columns. Returns the
  // slice behind it.
  std::uint32_t end_of_a_title(const std::vector<SliceKind>& kinds, const Band& band) const {
    auto last_side = right_to_left_ ? SliceKind::left_only : SliceKind::right_only;
    auto slice = band.first_slice;
    while (slice <= band.last_slice && (kinds[slice] == last_side || kinds[slice] == SliceKind::empty)) ++slice;
    bool ends_free = slice > band.first_slice && slice <= band.last_slice && kinds[slice - 1] == SliceKind::empty;
    auto foot = slice;
    while (foot > band.first_slice && kinds[foot - 1] == SliceKind::empty) --foot;
    auto lines_high = std::uint32_t(2 * 2.5f / slice_height);  // of a title's size
    return ends_free && foot - band.first_slice <= lines_high ? slice : band.first_slice;
  }

  bool are_columns(std::uint32_t begin, std::uint32_t end, float gutter, const Band& band) {
    struct Side {
      std::uint32_t lines = 0, letters = 0;
      bool table = false;
      std::vector<std::uint32_t> rows;
      std::vector<float> widths;

      float left = 0, right = 0;

      void add(const Atom& atom) {
        left = rows.empty() ? atom.box.left : std::min(left, atom.box.left);
        right = rows.empty() ? atom.box.right : std::max(right, atom.box.right);
        rows.push_back(atom.row);
        letters += atom.characters;
        widths.push_back(atom.box.width());
        table = table || atom.table;
      }
      void count_lines() {
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        lines = std::uint32_t(rows.size());
      }
      bool looks_like_text() {
        if (table || widths.empty()) return table;
        // As whole lines, which stretched word spaces may have torn apart, or as pieces, when there are more columns on this side.
        float sum_of_lines = 0;
        for (float width : widths) sum_of_lines += width;
        if (float(letters) >= letters_of_text * float(lines) && sum_of_lines >= fill_of_text * float(lines) * (right - left))
          return true;
        auto pieces = float(widths.size());
        if (float(letters) < letters_of_text * pieces) return false;
        auto full = widths.begin() + std::ptrdiff_t(pieces * (1 - longer_lines));
        std::nth_element(widths.begin(), full, widths.end());
        float sum = 0;
        for (float width : widths) sum += std::min(width, *full);
        return sum >= fill_of_text * pieces * *full;
      }
    };
    std::array<Side, 2> sides;
    for (auto i = begin; i < end; ++i) {
      auto slice = slice_of(atoms_[i]);
      if (slice >= band.first_slice && slice <= band.last_slice) sides[atoms_[i].box.left >= gutter ? 1 : 0].add(atoms_[i]);
    }
    for (auto& side : sides) side.count_lines();
    auto &a = sides[0], &b = sides[1];
    auto enough = [](const Side& side) { return side.table || side.lines >= lines_beside; };
    if (!enough(a) || !enough(b)) return false;
    if (a.looks_like_text() && b.looks_like_text()) return true;
    std::vector<std::uint32_t> shared;
    std::set_intersection(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(), std::back_inserter(shared));
    return float(shared.size()) < (1 - aligned_rows) * float(std::min(a.lines, b.lines));
  }

  std::uint32_t slice_of(const Atom& atom) const {
    float from, to;
    core(atom, from, to);
    return slice_at((from + to) / 2);
  }

  void cut_at(std::uint32_t begin, std::uint32_t end, float gutter, const std::vector<Band>& bands, int depth) {
    // Parts in reading order: neighbouring bands without columns are one part, a band with columns is two.
    std::vector<std::uint32_t> part_of_slice(slices_, 0);
    std::uint32_t part = 0;
    for (std::size_t i = 0; i < bands.size(); ++i) {
      if (i > 0) part += bands[i - 1].columns ? 2 : bands[i].columns ? 1 : 0;
      for (auto slice = bands[i].first_slice; slice <= bands[i].last_slice; ++slice)
        part_of_slice[slice] = part | (bands[i].columns ? 0x80000000u : 0);
    }
    auto part_of = [&](const Atom& atom) {
      auto here = part_of_slice[slice_of(atom)];
      bool second = (here & 0x80000000u) != 0 && (atom.box.left >= gutter) != right_to_left_;
      return (here & 0x7FFFFFFFu) + (second ? 1 : 0);
    };
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted;  // part, place
    sorted.reserve(end - begin);
    for (auto i = begin; i < end; ++i) sorted.push_back({part_of(atoms_[i]), i});
    std::sort(sorted.begin(), sorted.end());
    std::vector<Atom> moved;
    moved.reserve(sorted.size());
    for (auto& [_, place] : sorted) moved.push_back(atoms_[place]);
    std::copy(moved.begin(), moved.end(), atoms_.begin() + begin);
    for (std::uint32_t i = 0; i < sorted.size();) {
      std::uint32_t j = i;
      while (j < sorted.size() && sorted[j].first == sorted[i].first) ++j;
      if (j - i == sorted.size()) return keep_whole(begin, end);
      cut(begin + i, begin + j, depth + 1);
      i = j;
    }
  }

  struct Edge {
    float x;
    int step;
  };

  std::vector<Atom>& atoms_;
  float body_size_;
  bool right_to_left_;
  std::vector<Region> regions_;
  float top_ = 0, slice_ = 1, reach_ = 0;
  std::size_t slices_ = 1;
  std::vector<Cover> covers_;
  std::vector<Gap> gaps_;
  std::vector<Edge> edges_;
};

}  // namespace

std::vector<Region> order_columns(std::vector<Atom>& atoms, float body_size_pt, bool right_to_left) {
  return ColumnFinder(atoms, body_size_pt, right_to_left).find();
}

}  // namespace docquarry
