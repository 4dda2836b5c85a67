// What was found on one page. Lengths are in points (1/72 inch); the origin is the top left corner of the crop box, y grows
// downwards, the page's rotation is already applied (ISO 32000-2, 14.11.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

struct Box {
  float left = 0, top = 0, right = 0, bottom = 0;

  float width() const { return right - left; }
  float height() const { return bottom - top; }
};

struct Font {
  std::string name;  // without the subset prefix "ABCDEF+"
  bool bold = false, italic = false, monospace = false;
};

struct Word {
  Box box;
  std::string text;
};

struct Line {
  Box box;
  std::uint32_t font = 0;  // index into the fonts of its page; the font of most of its characters
  float size_pt = 0;       // effective size: the font size times the text matrix
  std::vector<Word> words;
};

// Why a page is missing or cut. `code` is the name of an ErrorCode.
struct PageFault {
  std::string code;
  std::string message;
};

// One page as it is stored and given out.
struct Page {
  int number = 0;  // 1-based
  float width_pt = 0, height_pt = 0;
  int rotation = 0;             // 0, 90, 180 or 270, as the file says; already applied to the boxes
  std::string label;            // the page label ("iv"); empty when the document has none
  bool has_text_layer = false;  // false: nothing but pictures or nothing at all; OCR would be needed
  std::string text;             // plain text in reading order; clean UTF-8 (base/text.h)
  std::string markdown;
  std::string lines;                      // JSON: lines with words, boxes and fonts, as formats/page_lines.h writes them
  std::uint32_t replaced_characters = 0;  // how many the cleaning replaced or dropped
  std::optional<PageFault> fault;
};

}  // namespace docquarry
