// One incoming request, as handlers see it. The head is complete; the body is pulled.
#pragma once

#include "base/byte_source.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::http {

class Request {
 public:
  virtual ~Request() = default;

  std::string method;  // "GET"; HEAD arrives as "GET" with `head_only`
  bool head_only = false;
  std::string path;  // percent-decoded, starts with '/'; NUL, invalid UTF-8 and bad escapes were refused before
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::vector<std::string> captures;                         // what the route's {} matched
  std::string peer;   // address of the client without port; of the nearest untrusted hop behind trusted proxies
  std::string id;     // X-Request-Id: the client's if it is sane, else ours
  std::string route;  // the pattern that matched, for metrics
  std::optional<std::uint64_t> content_length;  // as announced; empty when chunked or absent

  // Empty string when absent.
  std::string_view header(std::string_view lower_case_name) const;
  std::optional<std::string> parameter(std::string_view name) const;  // the last one of that name
  bool has_body() const { return body_announced; }
  bool body_announced = false;

  // The body, decoded from chunks. Errors: truncated_upload, body_too_large, client_too_slow, malformed_request. Valid only while the
  // handler runs. What is left unread when the handler returns is not waited for: unless it has arrived already, the connection closes
  // after the answer.
  // A client that waits for "100 Continue" gets it at the first read, so refusing before reading costs no upload.
  virtual ByteSource& body() = 0;
};

// Reads the whole body, at most `limit_bytes`. Errors: those of body().
Async<Result<std::string>> read_body(Request& request, std::uint64_t limit_bytes);

}  // namespace docquarry::http
