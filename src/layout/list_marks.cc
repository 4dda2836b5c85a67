#include "layout/list_marks.h"

#include "layout/characters.h"

namespace docquarry {
namespace {

bool is_bullet(char32_t c) {
  switch (c) {
    case 0x2022:
    case 0x2023:
    case 0x2043:
    case 0x204C:
    case 0x204D:
    case 0x2219:
    case 0x25A0:
    case 0x25A1:
    case 0x25AA:
    case 0x25AB:
    case 0x25B6:
    case 0x25B8:
    case 0x25BA:
    case 0x25C6:
    case 0x25C7:
    case 0x25CB:
    case 0x25CF:
    case 0x25D8:
    case 0x25E6:
    case 0x2666:
    case 0x2713:
    case 0x2714:
    case 0x2756:
    case 0x27A2:
    case 0x27A4:
    case 0x29BF:
    case 0xB7:
    case 0x2B1D:
    case 0x2B25: return true;
    default: return false;
  }
}

}  // namespace

ReadMark read_list_mark(std::string_view word) {
  if (word.empty() || word.size() > 6) return {};
  auto rest = word;
  char32_t first = take_character(rest);
  if (rest.empty()) {
    if (is_bullet(first)) return {ListMark::bullet, 0};
    if (first == '-' || first == '*' || first == 0x2013 || first == 0x2014 || first == 0x2212 || first == 0x2010)
      return {ListMark::dash, 0};
    return {};
  }
  bool bracketed = first == '(';
  if (!bracketed) rest = word;
  char end = rest.back();
  if (end != ')' && (bracketed || end != '.')) return {};
  rest.remove_suffix(1);
  if (rest.empty() || rest.size() > 3) return {};
  std::uint32_t number = 0;
  for (char c : rest) {
    if (c < '0' || c > '9') {
      number = 0;
      break;
    }
    number = number * 10 + std::uint32_t(c - '0');
  }
  if (number > 0) return {ListMark::number, number};
  if (rest.size() == 1 && is_ascii_letter(char32_t(rest[0]))) return {ListMark::letter, std::uint32_t((rest[0] | 0x20) - 'a' + 1)};
  return {};
}

}  // namespace docquarry
