#include "http/range.h"

#include "http/characters.h"

#include <charconv>
#include <optional>

namespace docquarry::http {
namespace {

// Numbers too large for 64 bits become the largest.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (problem == std::errc::result_out_of_range) return UINT64_MAX;
  return problem == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t size) {
  RangeChoice whole{RangeChoice::Kind::whole, 0, size};
  RangeChoice none{RangeChoice::Kind::unsatisfiable, 0, 0};
  auto equals = header.find('=');
  if (equals == std::string_view::npos || !same_ignoring_case(trimmed(header.substr(0, equals)), "bytes")) return whole;
  auto range = trimmed(header.substr(equals + 1));
  auto hyphen = range.find('-');
  if (hyphen == std::string_view::npos || range.find(',') != std::string_view::npos) return whole;
  auto first_text = trimmed(range.substr(0, hyphen)), last_text = trimmed(range.substr(hyphen + 1));
  auto first = parse_position(first_text), last = parse_position(last_text);
  if (first_text.empty()) {  // the last so many bytes
    if (!last) return whole;
    std::uint64_t bytes = std::min(*last, size);
    return bytes == 0 ? none : RangeChoice{RangeChoice::Kind::part, size - bytes, bytes};
  }
  if (!first || (!last_text.empty() && (!last || *last < *first))) return whole;
  if (*first >= size) return none;
  std::uint64_t end = last ? std::min(*last, size - 1) + 1 : size;
  return {RangeChoice::Kind::part, *first, end - *first};
}

RangeChoice choose_range(const Request& request, std::string_view etag, std::uint64_t size) {
  auto header = request.header("range");
  auto condition = request.header("if-range");
  bool applies = request.method == "GET" && !header.empty() && (condition.empty() || condition == etag);
  return applies ? choose_range(header, size) : RangeChoice{RangeChoice::Kind::whole, 0, size};
}

std::string RangeChoice::content_range(std::uint64_t size) const {
  if (kind == Kind::unsatisfiable) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1) + "/" + std::to_string(size);
}

}  // namespace docquarry::http
