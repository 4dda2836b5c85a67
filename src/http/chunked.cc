#include "http/chunked.h"

#include "base/io_errors.h"
#include "http/characters.h"

namespace docquarry::http {
namespace {

constexpr std::size_t longest_line = 1024;
constexpr std::size_t longest_trailer = 8 * 1024;
constexpr int most_digits = 15;  // keeps the size within 60 bits

}  // namespace

Result<void> ChunkFraming::take(char c) {
  switch (state_) {
    case State::size:
      if (int digit = hex_value(c); digit >= 0) {
        if (++digits_ > most_digits) return fail(malformed_request, "a chunk size is too large");
        size_ = size_ * 16 + std::uint64_t(digit);
        return {};
      }
      if (digits_ == 0) return fail(malformed_request, "a chunk has no size");
      if (c == '\r') state_ = State::size_feed;
      else if (c == ';' || c == ' ' || c == '\t') state_ = State::extension;
      else return fail(malformed_request, "a chunk size is not hexadecimal");
      return {};
    case State::extension:
      if (++line_bytes_ > longest_line) return fail(malformed_request, "a chunk extension is too long");
      if (c == '\r') state_ = State::size_feed;
      else if (!is_field_char(c)) return fail(malformed_request, "a chunk extension has a control character");
      return {};
    case State::size_feed:
      if (c != '\n') return fail(malformed_request, "the line of a chunk does not end in CRLF");
      state_ = size_ > 0 ? State::data_return : State::trailer;
      return {};
    case State::data_return:
      if (c != '\r') return fail(malformed_request, "the data of a chunk does not end in CRLF");
      state_ = State::data_feed;
      return {};
    case State::data_feed:
      if (c != '\n') return fail(malformed_request, "the data of a chunk does not end in CRLF");
      state_ = State::size;
      size_ = 0;
      digits_ = 0;
      line_bytes_ = 0;
      return {};
    case State::trailer:
      if (++trailer_bytes_ > longest_trailer) return fail(malformed_request, "the trailers are too large");
      if (c == '\r') {
        state_ = trailer_line_empty_ ? State::last_feed : State::trailer_feed;
      } else {
        if (!is_field_char(c)) return fail(malformed_request, "a trailer has a control character");
        trailer_line_empty_ = false;
      }
      return {};
    case State::trailer_feed:
      if (c != '\n') return fail(malformed_request, "a trailer does not end in CRLF");
      trailer_line_empty_ = true;
      state_ = State::trailer;
      return {};
    case State::last_feed:
      if (c != '\n') return fail(malformed_request, "the body does not end in CRLF");
      state_ = State::ended;
      return {};
    case State::ended: break;
  }
  return {};
}

Result<ChunkFraming::Step> ChunkFraming::read(std::string_view bytes) {
  Step step;
  while (state_ != State::ended && step.used < bytes.size()) {
    CHECK(take(bytes[step.used]));
    ++step.used;
    if (state_ == State::data_return && size_ > 0) {
      step.data = size_;
      size_ = 0;  // said once; after the data its CRLF follows
      return step;
    }
  }
  step.ended = state_ == State::ended;
  return step;
}

}  // namespace docquarry::http
