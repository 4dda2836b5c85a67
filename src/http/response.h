// One answer. Either the whole body as a string, or a source that is pulled while it is sent.
#pragma once

#include "base/byte_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::http {

struct Response {
  Response() = default;
  Response(int answer_status, std::string content_type, std::string content);

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length, Date, Connection are added when it is sent
  std::string body;
  std::unique_ptr<ByteSource> stream;  // when set, `body` is ignored; sent chunked unless `stream_bytes` is known
  std::optional<std::uint64_t> stream_bytes;
  bool follow_client = false;  // for event streams: notice at once when the client goes away, and cancel the source

  // Replaces an earlier header of that name.
  Response& set(std::string_view name, std::string value);
  std::string_view header(std::string_view name) const;  // any case; empty when absent
};

// A source that fails in the middle of a body cuts the connection, so that the client cannot take the part for the whole.

}  // namespace docquarry::http
