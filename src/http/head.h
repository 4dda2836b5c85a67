// The head of a request (RFC 9112 sections 2 to 6), strictly: the one place that decides where a request ends. Whatever two readers could
// understand differently (request smuggling) is refused, and the connection closes.
#pragma once

#include "http/refusal.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::http {

enum class Framing { none, length, chunked };

struct RequestHead {
  std::string method, target;
  int minor_version = 1;                                     // HTTP/1.0 or 1.1
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // when framing is `length`
  bool keep_alive = true;            // what the client asks for
  bool expects_continue = false;
};

struct HeadLimits {
  std::size_t head_bytes, target_bytes;
  int headers;
};

// Watches a head grow and says as early as possible that it is complete or that it never will be.
class HeadScanner {
 public:
  explicit HeadScanner(HeadLimits limits) : limits_(limits) {}
  // `bytes`: everything received of this head so far, without the empty line that may come before it. The size of the head once it is
  // complete, 0 while it is not. Refuses what cannot become a head (no token as method, bare LF, limits).
  Parsed<std::size_t> scan(std::string_view bytes);

 private:
  HeadLimits limits_;
  std::size_t seen_ = 0, line_start_ = 0;
};

// `bytes` is a complete head with its empty line.
Parsed<RequestHead> parse_head(std::string_view bytes, HeadLimits limits);

}  // namespace docquarry::http
