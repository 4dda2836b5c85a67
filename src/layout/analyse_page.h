// From glyphs to lines, reading order, plain text and Markdown: pure functions, run inside the sandboxed child. Time grows linearly
// with the number of glyphs (times a logarithm for sorting); hostile geometry can make the result poor, never slow.
#pragma once

#include "layout/glyph.h"

#include <string>
#include <vector>

namespace docquarry {

struct PageContent {
  std::vector<Font> fonts;   // those that `lines` name
  std::vector<Line> lines;   // in reading order
  std::string text;          // paragraphs joined over line ends, hyphenation undone, blocks separated by blank lines
  std::string markdown;
  bool has_text_layer = false;
};

// What several pages share; headings need it. Collected page by page, so page n knows pages 1..n.
class DocumentStyle {
 public:
  void learn(const PageInk& page);

  float body_size_pt() const { return body_size_pt_; }  // the size that most characters have; 0 before the first page
  bool body_is_bold() const { return bold_ * 2 > letters_; }
  bool body_is_monospace() const { return monospace_ * 2 > letters_; }
  // 1 for the largest size seen so far that is larger than the body, and so on; the body's own size comes last.
  int heading_level(float size_pt) const;

 private:
  struct SizeCount {
    float size_pt;
    std::uint64_t letters;
  };
  std::vector<SizeCount> sizes_;  // ascending
  float body_size_pt_ = 0;
  std::uint64_t letters_ = 0, bold_ = 0, monospace_ = 0;
};

PageContent analyse_page(const PageInk& page, const DocumentStyle& style);

}  // namespace docquarry
