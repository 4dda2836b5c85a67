// Byte ranges of a file (RFC 9110 section 14), one per request.
#pragma once

#include "http/request.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace docquarry::http {

struct RangeChoice {
  enum class Kind { whole, part, unsatisfiable };  // 200, 206, 416
  Kind kind = Kind::whole;
  std::uint64_t offset = 0, bytes = 0;  // of the part, or of the whole

  // The Content-Range header for a part or for 416.
  std::string content_range(std::uint64_t size) const;
};

// What `header` asks of a representation of `size` bytes. Other units, several ranges and what cannot be read are ignored, as the RFC allows:
// the whole is sent.
RangeChoice choose_range(std::string_view header, std::uint64_t size);

// The same for a request: If-Range must name exactly `etag` (a strong one), else the whole is sent.
RangeChoice choose_range(const Request& request, std::string_view etag, std::uint64_t size);

}  // namespace docquarry::http
