#include "http/multipart.h"

#include "base/io_errors.h"
#include "http/characters.h"
#include "http/parameters.h"
#include "http/part_head.h"

#include <algorithm>
#include <cstring>

// The method. The body goes through one block. A delimiter is CRLF, two hyphens and the boundary; what follows it decides whether it is one:
// "--" ends the form, blanks and CRLF start the next part, anything else makes it data. Everything in front of the next delimiter is data,
// except as many bytes at the end of the block as a delimiter may still grow from.
//
// Two tricks make all delimiters alike. The block starts with a CRLF that was never sent, because the first delimiter has none of its own.
// And the CRLF of the empty line behind a part's headers stays in the block until it is known not to belong to a delimiter: some clients
// send no line end of its own for an empty part.

namespace docquarry::http {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::size_t longest_head = 16 * 1024;
constexpr std::size_t longest_padding = 64;  // blanks between boundary and CRLF (RFC 2046 section 5.1.1)

// RFC 2046 section 5.1.1
bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= 70 && text.back() != ' ' && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || (c != '\0' && std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos);
  });
}

}  // namespace

Result<std::string> MultipartReader::boundary_of(std::string_view content_type) {
  auto type = parse_with_parameters(content_type);
  if (!type || type->value != "multipart/form-data") return fail(unsupported_media, "send the form as multipart/form-data");
  const auto* boundary = type->parameter("boundary");
  if (boundary == nullptr || !is_boundary(*boundary)) {
    return fail(unsupported_media, "the Content-Type has no boundary of 1 to 70 allowed characters");
  }
  return *boundary;
}

struct MultipartReader::Impl : ByteSource {
  enum class State { preamble, data, ended };
  enum class After { next_part, end, nothing, unknown };  // what follows the bytes of a delimiter

  Impl(ByteSource& source, std::string boundary)
      : body(source), delimiter("\r\n--" + std::move(boundary)), block(std::make_unique_for_overwrite<char[]>(block_bytes)) {
    std::memcpy(block.get(), "\r\n", 2);
    end = 2;
  }

  std::string_view unread() const { return {block.get() + begin, end - begin}; }

  Async<Result<std::size_t>> read(std::span<std::byte> into) override;
  Async<Result<bool>> find_data();
  Async<Result<void>> skip_data();
  Async<Result<bool>> leave_delimiter();
  Async<Result<PartHead>> read_head();
  Async<Result<bool>> more();
  After after_delimiter(std::string_view rest) const;
  bool search();

  ByteSource& body;
  const std::string delimiter;
  std::unique_ptr<char[]> block;
  std::size_t begin = 0, end = 0;
  std::size_t data_end = 0;    // what lies before is known to be data
  bool at_delimiter = false;   // a delimiter starts at data_end
  bool at_empty_line = false;  // the CRLF of a part's empty line starts at begin
  bool body_ended = false;
  State state = State::preamble;
};

MultipartReader::MultipartReader(ByteSource& body, std::string boundary)
    : impl_(std::make_unique<Impl>(body, std::move(boundary))) {}
MultipartReader::~MultipartReader() = default;

ByteSource& MultipartReader::content() { return *impl_; }

MultipartReader::Impl::After MultipartReader::Impl::after_delimiter(std::string_view rest) const {
  if (rest.starts_with("--")) return After::end;
  auto padding = std::min(rest.find_first_not_of(" \t"), rest.size());
  if (padding > longest_padding) return After::nothing;
  auto line_end = rest.substr(padding, 2);
  if (line_end == "\r\n") return After::next_part;
  bool may_grow = !body_ended && (line_end.empty() || line_end == "\r" || rest == "-");
  return may_grow ? After::unknown : After::nothing;
}

// Moves data_end as far as the block allows. False when more bytes are needed to go on.
bool MultipartReader::Impl::search() {
  const std::size_t known = std::max(data_end, begin);
  std::size_t from = known;
  while (true) {
    const char* start = block.get() + from;
    auto* hit = static_cast<const char*>(memmem(start, end - from, delimiter.data(), delimiter.size()));
    if (hit == nullptr) {
      std::size_t tail = std::min(end - from, delimiter.size() - 1);
      // Only a CR can begin a delimiter, so the tail is data up to there.
      auto* grows = static_cast<const char*>(std::memchr(block.get() + end - tail, '\r', tail));
      data_end = body_ended || grows == nullptr ? end : std::size_t(grows - block.get());
      return data_end > known;
    }
    std::size_t place = std::size_t(hit - block.get());
    auto what = after_delimiter({hit + delimiter.size(), block.get() + end});
    at_delimiter = what == After::next_part || what == After::end;
    if (what == After::nothing) {
      from = place + 2;
      continue;
    }
    data_end = place;
    return at_delimiter || data_end > known;
  }
}

// Empty space is made by moving what is left to the front. False at the end of the body.
Async<Result<bool>> MultipartReader::Impl::more() {
  if (body_ended) co_return false;
  std::memmove(block.get(), block.get() + begin, end - begin);
  data_end = data_end > begin ? data_end - begin : 0;
  end -= begin;
  begin = 0;
  auto space = std::as_writable_bytes(std::span(block.get() + end, block_bytes - end));
  CO_TRY(std::size_t got, co_await body.read(space));
  end += got;
  body_ended = got == 0;
  co_return !body_ended;
}

// Makes some data known; false when the part ends here instead.
Async<Result<bool>> MultipartReader::Impl::find_data() {
  while (true) {
    if (at_delimiter && data_end == begin) co_return false;
    if (at_empty_line && data_end > begin) {
      begin += 2;  // it belongs to no delimiter
      at_empty_line = false;
      continue;
    }
    if (data_end > begin) co_return true;
    if (search()) continue;
    CO_TRY(bool came, co_await more());
    if (came) continue;
    if (state == State::preamble)
      co_return fail(malformed_request, "the form has no part; is the boundary the one of the Content-Type?");
    co_return fail(truncated_upload, "the form ended before its closing boundary");
  }
}

Async<Result<std::size_t>> MultipartReader::Impl::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size() && state == State::data) {
    CO_TRY(bool is_data, co_await find_data());
    if (!is_data) break;
    std::size_t piece = std::min(into.size() - filled, data_end - begin);
    std::memcpy(into.data() + filled, block.get() + begin, piece);
    begin += piece;
    filled += piece;
  }
  co_return filled;
}

Async<Result<void>> MultipartReader::Impl::skip_data() {
  while (true) {
    CO_TRY(bool is_data, co_await find_data());
    if (!is_data) co_return Result<void>();
    begin = data_end;
  }
}

// False when it was the closing one; then the epilogue has been read over, so that the connection can go on.
Async<Result<bool>> MultipartReader::Impl::leave_delimiter() {
  at_delimiter = false;
  begin += delimiter.size();
  if (after_delimiter(unread()) == After::next_part) {
    begin += unread().find('\n') + 1;
    co_return true;
  }
  state = State::ended;
  bool came = true;
  while (came) {
    begin = end;
    CO_TRY(came, co_await more());
  }
  co_return false;
}

Async<Result<PartHead>> MultipartReader::Impl::read_head() {
  while (true) {
    auto head = unread();
    bool none = head.starts_with("\r\n");
    auto size = none ? 0 : head.find("\r\n\r\n");
    if (size != std::string_view::npos && size <= longest_head) {
      CO_TRY(auto parsed, parse_part_head(head.substr(0, size)));
      begin += none ? 0 : size + 2;
      data_end = begin;
      at_empty_line = true;
      state = State::data;
      co_return parsed;
    }
    if (head.size() > longest_head) co_return fail(malformed_request, "the headers of a part are too large");
    CO_TRY(bool came, co_await more());
    if (!came) co_return fail(truncated_upload, "the form ended within the headers of a part");
  }
}

Async<Result<std::optional<PartHead>>> MultipartReader::next() {
  if (impl_->state == Impl::State::ended) co_return std::optional<PartHead>();
  CO_CHECK(co_await impl_->skip_data());
  CO_TRY(bool another, co_await impl_->leave_delimiter());
  if (!another) co_return std::optional<PartHead>();
  CO_TRY(auto head, co_await impl_->read_head());
  co_return std::optional<PartHead>(std::move(head));
}

}  // namespace docquarry::http
