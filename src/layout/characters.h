// What the layout needs to know about single characters. Ranges are coarse on purpose: a wrong guess costs a space, not a crash.
#pragma once

#include <string>
#include <string_view>

namespace docquarry {

inline bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// Without ink and without meaning for us: controls, marks of direction, joiners of words, byte order marks.
inline bool is_ignorable(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

inline bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
inline bool is_ascii_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Written from right to left: Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms (UAX #9, classes R and AL).
inline bool is_right_to_left(char32_t c) {
  return (c >= 0x590 && c <= 0x8FF && !(c >= 0x660 && c <= 0x669) && !(c >= 0x6F0 && c <= 0x6F9)) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFE) || (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
}

// Written without spaces between words: Chinese and Japanese with their punctuation and full-width forms. (Korean has spaces.)
inline bool is_unspaced(char32_t c) {
  return (c >= 0x2E80 && c <= 0x312F) || (c >= 0x31A0 && c <= 0x9FFF && !(c >= 0x3200 && c <= 0x32FF)) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF9F) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

inline bool is_letter(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c);
  return c == 0xAA || c == 0xB5 || c == 0xBA || (c >= 0xC0 && c != 0xD7 && c != 0xF7 && c < 0x2000) ||
         (c >= 0x2C00 && c < 0x2E00) || is_unspaced(c) || (c >= 0xA000 && c < 0xD800) || (c >= 0xFB00 && c < 0xFE00) ||
         c >= 0x10000;
}

// The cases of Latin, Greek and Cyrillic, as far as their blocks are regular; others have none.
inline bool is_lower(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  if (c >= 0xDF && c <= 0xFF) return c != 0xF7;
  if (c >= 0x100 && c <= 0x17F) return (c & 1) == ((c >= 0x139 && c <= 0x148) || c >= 0x179 ? 0u : 1u);
  return (c >= 0x3AC && c <= 0x3CE) || (c >= 0x430 && c <= 0x45F);
}
inline bool is_upper(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  if (c >= 0xC0 && c <= 0xDE) return c != 0xD7;
  if (c >= 0x100 && c <= 0x17F) return !is_lower(c);
  return (c >= 0x386 && c <= 0x3AB) || (c >= 0x400 && c <= 0x42F);
}

inline bool is_hyphen(char32_t c) { return c == '-' || c == 0x2010 || c == 0xAD; }

// The first and the last character of clean UTF-8; 0 when empty.
char32_t first_character(std::string_view text);
char32_t last_character(std::string_view text);
char32_t take_character(std::string_view& text);  // removes it from the front

void append_utf8(std::string& out, char32_t c);

}  // namespace docquarry
