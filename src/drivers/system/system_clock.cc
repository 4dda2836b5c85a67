#include "drivers/system/system_clock.h"

#include <array>
#include <cstdlib>

#include <sys/random.h>

namespace docquarry {

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// RFC 9562, 5.7: 48 bits of Unix time in milliseconds, 4 of version, 12 random, 2 of variant, 62 random.
std::string SystemIdSource::next() {
  std::array<unsigned char, 16> id;
  // 16 bytes come whole once the kernel's pool is ready; without randomness there can be no unguessable name.
  if (::getrandom(id.data(), id.size(), 0) != ssize_t(id.size())) std::abort();
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (int i = 0; i < 6; ++i) id[std::size_t(i)] = static_cast<unsigned char>(ms >> (8 * (5 - i)));
  id[6] = static_cast<unsigned char>(0x70 | (id[6] & 0x0F));
  id[8] = static_cast<unsigned char>(0x80 | (id[8] & 0x3F));

  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (unsigned char byte : id) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace docquarry
