// Addresses of other services, and what may stand in them (RFC 3986).
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::net {

struct Url {
  std::string scheme;     // "http" or "https"
  std::string user_info;  // "name:password" as written, or empty
  std::string host;       // a name or an address; IPv6 in brackets
  std::uint16_t port = 0;
  std::string path;   // as written; "/" when there is none
  std::string query;  // as written, without '?'

  std::string origin() const;  // "http://host:port": may be shown, holds no password
};

// Errors: malformed_request with a sentence that says what is wrong. Never repeats a password.
Result<Url> parse_url(std::string_view text);

// Everything but letters, digits and "-._~" as %XX: for one segment of a path, or a name or value of a query.
std::string percent_encoded(std::string_view text);

// "a=1&b=two%20words"
std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace docquarry::net
