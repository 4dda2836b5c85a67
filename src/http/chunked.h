// Reads the framing of a chunked body (RFC 9112 section 7.1), strictly. Sees only the bytes between the data: sizes, extensions, trailers.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>

namespace docquarry::http {

class ChunkFraming {
 public:
  struct Step {
    std::size_t used = 0;    // bytes of framing that were read; the rest belongs to the data or to the next request
    std::uint64_t data = 0;  // so many bytes of data follow now; call again after them
    bool ended = false;      // the body is complete
  };  // neither data nor ended: more bytes are needed

  // Extensions and trailers are read over, within bounds: 1 kB for the line of a chunk, 8 kB for all trailers.
  // Errors: malformed_request.
  Result<Step> read(std::string_view bytes);

 private:
  enum class State { size, extension, size_feed, data_return, data_feed, trailer, trailer_feed, last_feed, ended };
  Result<void> take(char c);

  State state_ = State::size;
  std::uint64_t size_ = 0;
  int digits_ = 0;
  std::size_t line_bytes_ = 0, trailer_bytes_ = 0;
  bool trailer_line_empty_ = true;
};

}  // namespace docquarry::http
