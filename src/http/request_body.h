// The body of a request as a source: takes the framing off, keeps the limits, tells a waiting client to go on.
#pragma once

#include "base/byte_source.h"
#include "http/chunked.h"
#include "http/head.h"
#include "http/pace.h"
#include "http/wire.h"

#include <cstdint>
#include <optional>

namespace docquarry::http {

class RequestBody : public ByteSource {
 public:
  RequestBody(Wire& wire, const ServerLimits& limits, const RequestHead& head);

  void set_limit(std::uint64_t bytes) { limit_ = bytes; }  // of the route, before the first read

  // Fills `into` as far as the body goes, however small the pieces in which it arrives.
  // Errors: truncated_upload, body_too_large, client_too_slow, malformed_request; the same again when read once more.
  Async<Result<std::size_t>> read(std::span<std::byte> into) override;

  // Whether the next byte on the wire belongs to the next request. Takes what is left of the body when that has arrived already.
  bool is_finished();

 private:
  Async<Result<void>> next_chunk();
  Async<Result<void>> go_on();
  Result<void> nothing_came() const;
  Result<std::size_t> failed(Error error);

  Wire& wire_;
  const ServerLimits& limits_;
  Pace pace_;
  Framing framing_;
  ChunkFraming chunks_;
  std::uint64_t left_;  // of the body, or of the chunk
  std::uint64_t received_ = 0;
  std::uint64_t limit_ = 0;
  bool ended_, client_waits_;
  std::optional<Error> failure_;
};

}  // namespace docquarry::http
