// Strings as PDFium gives them: UTF-16LE in a buffer that must be long enough, with a terminating zero. Only for pdfium_*.cc.
#pragma once

#include "base/text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

// `get(buffer, bytes)` answers how many bytes it needs, and fills the buffer when that is enough. Longer than `limit_bytes` of clean
// UTF-8 is cut and raises `cut`; a value of many megabytes is not even fetched.
template <class Get>
std::string pdfium_text(Get get, std::size_t limit_bytes, bool* cut = nullptr) {
  std::uint16_t few[128];
  std::vector<std::uint16_t> many;
  const std::uint16_t* units = few;
  unsigned long bytes = get(few, sizeof few);
  if (bytes > 16u << 20) {
    if (cut != nullptr) *cut = true;
    return {};
  }
  if (bytes > sizeof few) {
    many.resize(bytes / 2 + 1);
    bytes = get(many.data(), bytes);
    units = many.data();
    if (bytes > many.size() * 2) return {};
  }
  std::size_t count = bytes / 2;
  if (count > 0 && units[count - 1] == 0) --count;
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (text.size() + 4 > limit_bytes) {
      if (cut != nullptr) *cut = true;
      break;
    }
    std::uint32_t c = units[i];
    bool pair = (c & 0xFC00) == 0xD800 && i + 1 < count && (units[i + 1] & 0xFC00) == 0xDC00;
    if (pair) c = 0x10000 + ((c & 0x3FF) << 10) + (units[++i] & 0x3FF);
    append_clean(text, c);
  }
  return text;
}

}  // namespace docquarry
