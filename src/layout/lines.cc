#include "layout/lines.h"

#include "layout/glyph_runs.h"
#include "layout/words.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace docquarry {
namespace {

constexpr float row_height =
    0.35f;  // baselines of one row, first to last, in sizes: text recognised on a skewed scan climbs a little

// Superscripts, subscripts and footnote marks.
constexpr float script_size = 0.87f;     // at most this share of the size of what they belong to
constexpr float script_shift = 0.6f;     // at most so far above or below the baseline, in sizes
constexpr float script_distance = 0.3f;  // at most so far from the letter that carries them
constexpr std::uint32_t script_letters = 12;
constexpr std::size_t neighbours_tried = 48;  // strips above and below; keeps a pile of strips linear

// Runs side by side on one baseline.
struct Strip {
  Box box;
  float baseline, size_pt;
  std::uint32_t row;
  std::uint32_t letters;
  std::uint32_t main_letters;  // of the run that gave baseline and size
  std::uint32_t host;          // the strip that this one has become part of; itself at first
};

class StripMaker {
 public:
  explicit StripMaker(std::vector<GlyphRun>& runs) : runs_(runs), strip_of_run_(runs.size()) {}

  void make_rows() {
    std::sort(runs_.begin(), runs_.end(), [](const GlyphRun& a, const GlyphRun& b) {
      return a.baseline != b.baseline ? a.baseline < b.baseline : a.begin < b.begin;
    });
    std::size_t begin = 0;
    float smallest = runs_.empty() ? 0 : runs_[0].size_pt;
    for (std::size_t i = 1; i <= runs_.size(); ++i) {
      if (i < runs_.size()) {
        float size = std::min(smallest, runs_[i].size_pt);
        bool same = runs_[i].baseline - runs_[i - 1].baseline <= same_baseline * size &&
                    runs_[i].baseline - runs_[begin].baseline <= row_height * size;
        if (same) {
          smallest = size;
          continue;
        }
      }
      cut_row(begin, i);
      if (i < runs_.size()) smallest = runs_[i].size_pt;
      begin = i;
    }
  }

  // Joins small raised or lowered strips to the strip that carries them, and then the strips that they hold together.
  void attach_scripts() {
    for (std::uint32_t i = 0; i < strips_.size(); ++i) {
      if (strips_[i].letters > script_letters) continue;
      std::uint32_t best = i;
      float nearest = script_distance;
      auto consider = [&](std::uint32_t j) {
        const Strip &script = strips_[i], &carrier = strips_[j];
        if (script.size_pt > script_size * carrier.size_pt) return true;
        float shift = std::abs(script.baseline - carrier.baseline);
        if (shift > script_shift * carrier.size_pt) return shift < largest_size_ * script_shift;
        float distance = distance_between(script.box, carrier.box) / carrier.size_pt;
        if (distance < nearest) nearest = distance, best = j;
        return true;
      };
      for (std::size_t step = 1; step <= neighbours_tried && i >= step && consider(i - std::uint32_t(step)); ++step) {
      }
      for (std::size_t step = 1; step <= neighbours_tried && i + step < strips_.size() && consider(i + std::uint32_t(step));
           ++step) {
      }
      if (best != i) unite(i, best);
    }
    join_neighbours();
  }

  // The runs of each strip, strips by row and then from left to right.
  template <class Take>
  void each_strip(Take take) {
    std::vector<std::uint32_t> order(strips_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::vector<std::uint32_t> first(strips_.size() + 1, 0);
    for (std::uint32_t run = 0; run < runs_.size(); ++run) ++first[host_of(strip_of_run_[run]) + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<GlyphRun> sorted(runs_.size());
    auto next = first;
    for (std::uint32_t run = 0; run < runs_.size(); ++run) sorted[next[host_of(strip_of_run_[run])]++] = runs_[run];
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      if (strips_[a].row != strips_[b].row) return strips_[a].row < strips_[b].row;
      return strips_[a].box.left != strips_[b].box.left ? strips_[a].box.left < strips_[b].box.left : a < b;
    });
    for (auto strip : order) {
      if (first[strip] == first[strip + 1]) continue;
      std::span<GlyphRun> runs(sorted.data() + first[strip], first[strip + 1] - first[strip]);
      if (runs.size() > 1)
        std::sort(runs.begin(), runs.end(), [](const GlyphRun& a, const GlyphRun& b) {
          return a.box.left != b.box.left ? a.box.left < b.box.left : a.begin < b.begin;
        });
      take(std::span<const GlyphRun>(runs), strips_[strip].row);
    }
  }

 private:
  // Horizontal distance; a script may also stand in a hole of what carries it.
  static float distance_between(const Box& script, const Box& carrier) {
    if (script.left >= carrier.right) return script.left - carrier.right;
    if (script.right <= carrier.left) return carrier.left - script.right;
    return 0;
  }

  void cut_row(std::size_t begin, std::size_t end) {
    std::sort(runs_.begin() + std::ptrdiff_t(begin), runs_.begin() + std::ptrdiff_t(end), [](const GlyphRun& a, const GlyphRun& b) {
      return a.box.left != b.box.left ? a.box.left < b.box.left : a.begin < b.begin;
    });
    for (std::size_t i = begin; i < end; ++i) {
      const GlyphRun& run = runs_[i];
      bool joins =
          i > begin && run.box.left - strips_.back().box.right < widest_word_gap * std::min(run.size_pt, strips_.back().size_pt);
      if (!joins) {
        strips_.push_back({run.box, run.baseline, run.size_pt, rows_, 0, 0, std::uint32_t(strips_.size())});
        largest_size_ = std::max(largest_size_, run.size_pt);
      }
      Strip& strip = strips_.back();
      strip.box = united(strip.box, run.box);
      strip.letters += run.count();
      if (run.count() > strip.main_letters)
        strip.main_letters = run.count(), strip.size_pt = run.size_pt, strip.baseline = run.baseline;
      strip_of_run_[i] = std::uint32_t(strips_.size() - 1);
    }
    ++rows_;
  }

  void join_neighbours() {
    std::uint32_t before = 0;
    for (std::uint32_t i = 0; i < strips_.size(); ++i) {
      if (host_of(i) != i) continue;
      Strip& left = strips_[host_of(before)];
      if (i != host_of(before) && left.row == strips_[i].row &&
          strips_[i].box.left - left.box.right < widest_word_gap * std::min(left.size_pt, strips_[i].size_pt))
        unite(i, host_of(before));
      else before = i;
    }
  }

  std::uint32_t host_of(std::uint32_t strip) {
    while (strips_[strip].host != strip) {
      strips_[strip].host = strips_[strips_[strip].host].host;
      strip = strips_[strip].host;
    }
    return strip;
  }

  void unite(std::uint32_t part, std::uint32_t host) {
    part = host_of(part), host = host_of(host);
    if (part == host) return;
    strips_[part].host = host;
    strips_[host].box = united(strips_[host].box, strips_[part].box);
    strips_[host].letters += strips_[part].letters;
  }

  std::vector<GlyphRun>& runs_;
  std::vector<std::uint32_t> strip_of_run_;
  std::vector<Strip> strips_;
  std::uint32_t rows_ = 0;
  float largest_size_ = 0;
};

}  // namespace

PageText read_lines(const PageInk& page, int turns) {
  PageText text;
  auto spots = spots_of(page, turns);
  auto runs = runs_of(spots);
  StripMaker strips(runs);
  strips.make_rows();
  strips.attach_scripts();

  text.characters.reserve(spots.size() + spots.size() / 8);
  text.words.reserve(spots.size() / 5 + 1);
  WordWriter words(page.fonts, text);
  strips.each_strip([&](std::span<const GlyphRun> of_strip, std::uint32_t row) { words.add_piece(spots, of_strip, row); });
  return text;
}

PageText read_slanted_lines(const PageInk& page) {
  PageText text;
  auto spots = spots_of(page, slanted);
  WordWriter words(page.fonts, text);
  std::uint32_t row = 0;
  for (std::uint32_t begin = 0; begin < spots.size();) {
    std::uint32_t end = begin + 1;
    auto near = [&](const Spot& a, const Spot& b) {
      return std::abs(a.box.left - b.box.left) < 2 * a.size_pt && std::abs(a.box.top - b.box.top) < 2 * a.size_pt;
    };
    while (end < spots.size() && near(spots[end - 1], spots[end])) ++end;
    Box whole = spots[begin].box;
    // In drawing order, and a space only where the file or the reader has one: gaps between slanted boxes say nothing.
    for (auto i = begin; i < end; ++i) {
      spots[i].space = spots[i].space == SpaceBefore::none ? SpaceBefore::none : SpaceBefore::real;
      whole = united(whole, spots[i].box);
      float at = float(i - begin) * spots[i].size_pt;
      spots[i].box.left = at, spots[i].box.right = at + spots[i].size_pt;
    }
    GlyphRun run{begin, end, spots[begin].box, spots[begin].baseline, spots[begin].size_pt};
    std::size_t pieces = text.pieces.size(), first_word = text.words.size();
    words.add_piece(spots, {&run, 1}, row++);
    if (text.pieces.size() > pieces) text.pieces.back().box = whole;
    for (auto word = first_word; word < text.words.size(); ++word) text.words[word].box = whole;
    begin = end;
  }
  return text;
}

}  // namespace docquarry
