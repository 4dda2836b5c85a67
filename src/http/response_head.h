// Writes the head of an answer: status line, the handler's headers, and what every answer carries.
#pragma once

#include "http/response.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry::http {

struct ResponseFraming {
  std::optional<std::uint64_t> content_length;  // empty for 204 and 304, chunked, and until-close bodies
  bool chunked = false;
  bool keep_alive = true;
  bool old_client = false;  // HTTP/1.0: must be told that the connection stays open
};

// Appends to `out`. `date` is an IMF-fixdate. Control characters in a value become spaces, so that no data can start a header of its own.
// Headers that belong to the connection (Content-Length, Transfer-Encoding, Connection, Date) are not taken from the handler.
void append_head(std::string& out, const Response& response, const ResponseFraming& framing, std::string_view date,
                 std::string_view request_id);

// "Tue, 15 Nov 1994 08:12:31 GMT" (RFC 9110 section 5.6.7)
std::string to_http_date(std::chrono::sys_seconds time);

std::string_view reason_phrase(int status);

}  // namespace docquarry::http
