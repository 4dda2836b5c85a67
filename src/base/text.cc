#include "base/text.h"

namespace docquarry {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

bool is_dropped(std::uint32_t c) {
  if (c == '\t' || c == '\n' || c == '\r' || c == '\f') return false;
  return (c != 0 && c < 0x20) || (c >= 0x7F && c < 0xA0);
}

bool is_replaced(std::uint32_t c) {
  return c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xC0 | (c >> 6));
    out += char(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += char(0xE0 | (c >> 12));
    out += char(0x80 | ((c >> 6) & 63));
    out += char(0x80 | (c & 63));
  } else {
    out += char(0xF0 | (c >> 18));
    out += char(0x80 | ((c >> 12) & 63));
    out += char(0x80 | ((c >> 6) & 63));
    out += char(0x80 | (c & 63));
  }
}

struct Decoded {
  std::uint32_t code_point;
  std::size_t bytes;  // how many were used, at least 1
  bool valid;
};

// Strict decoding (Unicode 15, table 3-7): overlong forms and surrogates are not valid. On an error one byte is used.
Decoded decode(std::string_view text) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};
  std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {replacement, 1, false};
  std::uint32_t c = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {replacement, 1, false};
    c = c << 6 | (byte(i) & 63);
  }
  bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  if (overlong || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return {replacement, 1, false};
  return {c, length, true};
}

}  // namespace

bool append_clean(std::string& out, std::uint32_t code_point) {
  if (is_dropped(code_point)) return false;
  bool replaced = is_replaced(code_point);
  append_utf8(out, replaced ? replacement : code_point);
  return !replaced;
}

bool is_clean(std::string_view text) {
  while (!text.empty()) {
    unsigned char c = static_cast<unsigned char>(text[0]);
    if (c >= 0x20 && c < 0x7F) {  // the common case
      text.remove_prefix(1);
      continue;
    }
    auto next = decode(text);
    if (!next.valid || is_dropped(next.code_point) || is_replaced(next.code_point)) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

std::string clean_text(std::string_view bytes, std::size_t* replaced) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    auto next = decode(bytes);
    bool kept = append_clean(out, next.code_point);
    if ((!kept || !next.valid) && replaced != nullptr) ++*replaced;
    bytes.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace docquarry
