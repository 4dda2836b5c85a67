// What a list item begins with.
#pragma once

#include <cstdint>
#include <string_view>

namespace docquarry {

enum class ListMark : std::uint8_t { none, bullet, dash, number, letter };

struct ReadMark {
  ListMark mark = ListMark::none;
  std::uint32_t number = 0;  // 3 for "3.", "(c)" and "C)"
};

// `word` is the first word of a line. Dashes, and letters with a full stop (initials of names), are marks only beside others of their
// kind; that is for the caller to see.
ReadMark read_list_mark(std::string_view word);

}  // namespace docquarry
