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

// Sizes that several pages share; headings need them. Collected page by page, so page n knows pages 1..n.
class DocumentStyle {
 public:
  void learn(const PageInk& page);
  float body_size_pt() const;  // the size that most characters have; 0 before the first page

 private:
  std::vector<std::pair<float, std::uint64_t>> characters_by_size_;
};

PageContent analyse_page(const PageInk& page, const DocumentStyle& style);

}  // namespace docquarry
