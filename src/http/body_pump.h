// Moves the body of an answer from its source to the client.
#pragma once

#include "base/byte_source.h"
#include "http/wire.h"

#include <cstdint>
#include <optional>
#include <string>

namespace docquarry::http {

class BodyPump {
 public:
  // `bytes`: how many the source must give; empty: until it ends. `block_bytes` is what is held in memory.
  BodyPump(Wire& wire, ByteSource& source, std::optional<std::uint64_t> bytes, bool chunked, std::size_t block_bytes,
           Wire::Duration idle);

  // Reads the first block ahead, so that a source which fails at once can still be answered with an error.
  Async<Result<void>> begin();

  // Sends `head`, then everything. False when the client must not take what it got for the whole.
  Async<bool> run(std::string head);

  // The mark that a chunked body is complete.
  static constexpr std::string_view last_chunk = "0\r\n\r\n";

 private:
  static constexpr std::size_t frame_room = 10;  // for the line of a chunk before the data, its CRLF goes behind
  Async<Result<void>> fill();

  Wire& wire_;
  ByteSource& source_;
  std::optional<std::uint64_t> left_;
  bool chunked_;
  std::size_t block_bytes_;
  Wire::Duration idle_;
  std::unique_ptr<std::byte[]> block_;
  std::size_t filled_ = 0;
  bool filled_ahead_ = false;
  bool nobody_listens_ = false;  // the source was cancelled because the client has gone
};

}  // namespace docquarry::http
