// Streaming multipart/form-data (RFC 7578, RFC 2046 section 5.1). Pull style: the reader of a part decides the pace, nothing is buffered
// beyond one block and a delimiter's length.
#pragma once

#include "base/byte_source.h"
#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry::http {

struct PartHead {
  std::string name;
  std::optional<std::string> filename;  // filename* (RFC 8187) wins over filename; browsers' percent-escapes of " and CRLF undone
  std::string content_type;
};

class MultipartReader {
 public:
  // Errors: unsupported_media when `content_type` is not multipart/form-data with a boundary of 1 to 70 characters.
  static Result<std::string> boundary_of(std::string_view content_type);

  MultipartReader(ByteSource& body, std::string boundary);
  ~MultipartReader();

  // The next part; what is left of the current one is skipped. Empty after the closing delimiter.
  // Errors: malformed_request, truncated_upload (the body ended before the closing delimiter), those of the body.
  Async<Result<std::optional<PartHead>>> next();

  // The bytes of the current part. Valid until next() is called.
  ByteSource& content();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docquarry::http
