// From glyphs to lines, reading order, plain text and Markdown: pure functions, run inside the sandboxed child. Time grows linearly
// with the number of glyphs (times a logarithm for sorting); hostile geometry can make the result poor, never slow.
#pragma once

#include "layout/glyph.h"

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace docquarry {

struct PageContent {
  std::vector<Font> fonts;  // those that `lines` name
  std::vector<Line> lines;  // in reading order
  std::string text;         // paragraphs joined over line ends, hyphenation undone, blocks separated by blank lines
  std::string markdown;
  bool has_text_layer = false;
};

// A line of a page's margin in a form that pages can be compared by: the same for the same letters in any order, whatever the digits,
// so "Page 3 of 9" equals "Page 4 of 9".
struct MarginMark {
  std::uint64_t letters = 0;

  void add(char32_t c) {
    if (c >= '0' && c <= '9') return;
    std::uint64_t x = (std::uint64_t(c) + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
    letters += (x ^ (x >> 29)) * 0x94D049BB133111EBu;
  }
};

// What several pages share: headings and running heads are told by it. Collected page by page; page n knows itself, the pages before it
// that are near, and the first ones of the document. Not all: an extraction that was interrupted goes on in the middle of a document,
// and must find the same without reading all of it again.
class DocumentStyle {
 public:
  static constexpr float margin_share = 0.12f;  // of the page's height, at either end: where running heads and feet stand
  static constexpr int first_pages = 64, pages_near = 64;

  // Whether what page `place` looks like matters to page `reader`. Places count the pages that are extracted, from 0.
  static constexpr bool matters(int place, int reader) {
    return place <= reader && (place < first_pages || place > reader - pages_near);
  }

  // Pages come in order; one that cannot be read may be left out. What does not matter to page `place` is forgotten.
  void learn(const PageInk& page, int place);

  float body_size_pt() const { return body_size_pt_; }  // the size that most characters have; 0 before the first page
  bool body_is_bold() const { return weight_.bold * 2 > weight_.letters; }
  bool body_is_monospace() const { return weight_.monospace * 2 > weight_.letters; }
  // 1 for the largest size known that is larger than the body, and so on; the body's own size comes last.
  int heading_level(float size_pt) const;
  // Whether a line of the margin stands there on two of the pages known. Lines without letters never count.
  bool seen_on_several_pages(std::uint64_t margin_mark) const;

 private:
  struct Weight {
    std::int64_t letters = 0, bold = 0, monospace = 0;
  };
  struct SizeCount {
    float size_pt;
    std::int64_t letters;
  };
  struct PageStyle {
    int place = 0;
    Weight weight;
    std::vector<SizeCount> sizes;             // ascending
    std::vector<std::uint64_t> margin_lines;  // each once
  };
  static PageStyle sizes_of(const PageInk& page);
  static std::vector<std::uint64_t> margin_lines_of(const PageInk& page);
  void count(const PageStyle& page, int sign);
  void settle();

  std::deque<PageStyle> near_;  // behind the first pages, the newest last: what will be forgotten
  Weight weight_;
  std::vector<SizeCount> sizes_;      // ascending
  std::vector<float> heading_sizes_;  // descending
  float body_size_pt_ = 0;
  std::unordered_map<std::uint64_t, int> margin_lines_;  // how many pages have it
};

PageContent analyse_page(const PageInk& page, const DocumentStyle& style);

}  // namespace docquarry
