// From glyphs to lines, reading order, plain text and Markdown: pure functions, run inside the sandboxed child. Time grows linearly
// with the number of glyphs (times a logarithm for sorting); hostile geometry can make the result poor, never slow.
#pragma once

#include "layout/glyph.h"

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

// What several pages share: headings and running heads are told by it. Collected page by page, so page n knows pages 1..n.
class DocumentStyle {
 public:
  static constexpr float margin_share = 0.12f;  // of the page's height, at either end: where running heads and feet stand

  void learn(const PageInk& page);

  float body_size_pt() const { return body_size_pt_; }  // the size that most characters have; 0 before the first page
  bool body_is_bold() const { return bold_ * 2 > letters_; }
  bool body_is_monospace() const { return monospace_ * 2 > letters_; }
  // 1 for the largest size seen so far that is larger than the body, and so on; the body's own size comes last.
  int heading_level(float size_pt) const;
  // Whether a line of the margin stood there on two of the pages seen so far. Lines without letters never count.
  bool seen_on_several_pages(std::uint64_t margin_mark) const;

 private:
  void learn_sizes(const PageInk& page);
  void learn_margins(const PageInk& page);

  struct SizeCount {
    float size_pt;
    std::uint64_t letters;
  };
  std::vector<SizeCount> sizes_;  // ascending
  float body_size_pt_ = 0;
  std::uint64_t letters_ = 0, bold_ = 0, monospace_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> margin_lines_;  // how many pages have it
};

PageContent analyse_page(const PageInk& page, const DocumentStyle& style);

}  // namespace docquarry
