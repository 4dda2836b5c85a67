// The request target (RFC 9112 section 3.2), percent-decoding and query strings.
#pragma once

#include "http/refusal.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::http {

using Query = std::vector<std::pair<std::string, std::string>>;

struct Target {
  std::string path;                      // decoded, starts with '/'; "*" for OPTIONS *
  Query query;                           // decoded, in order
  std::string raw_path, raw_query;       // as sent, for redirects; the query without '?'
  std::optional<std::string> authority;  // of an absolute-form target; it replaces Host (RFC 9112 section 3.2.2)
};

// Bytes that are not UTF-8, NUL, control characters in the path, and "%zz" are refused with 400.
Parsed<Target> parse_target(std::string_view method, std::string_view target);

// Empty when an escape is not two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// "a=1&b": pairs in order, a name without '=' has an empty value. Empty when an escape is bad or a result is not clean text.
std::optional<Query> parse_query(std::string_view text);

}  // namespace docquarry::http
