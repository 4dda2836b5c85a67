// Reads the request headers in which clients say what they want: Accept, If-None-Match, Prefer, Range.
#pragma once

#include "http/request.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry::api {

// The offer that `accept` likes best (RFC 9110, 12.5.1); between equals the one listed first. Everything is fine when it is empty.
std::optional<std::string_view> preferred_type(std::string_view accept, std::initializer_list<std::string_view> offers);

// If-None-Match (RFC 9110, 13.1.2): `etag` with its quotes.
bool names_etag(std::string_view if_none_match, std::string_view etag);

// "Prefer: wait=N" (RFC 7240, 4.3), at most a minute.
std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer);
inline constexpr std::chrono::seconds longest_wait{60};

// The one byte range of "bytes=a-b", "bytes=a-" or "bytes=-n" within `size` bytes.
struct RangeWish {
  enum { whole, part, unsatisfiable } kind = whole;  // several ranges or anything odd: whole, as RFC 9110, 14.2 allows
  std::uint64_t first = 0, count = 0;
};
RangeWish wished_range(std::string_view range, std::uint64_t size);

// attachment; filename="ascii"; filename*=UTF-8''... (RFC 6266, RFC 8187)
std::string attachment_named(std::string_view filename);

}  // namespace docquarry::api
