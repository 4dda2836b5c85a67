#include "http/body_pump.h"

#include "base/io_errors.h"
#include "base/log.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <charconv>
#include <cstring>
#include <exception>

namespace docquarry::http {

BodyPump::BodyPump(Wire& wire, ByteSource& source, std::optional<std::uint64_t> bytes, bool chunked, std::size_t block_bytes,
                   Wire::Duration idle)
    : wire_(wire),
      source_(source),
      left_(bytes),
      chunked_(chunked),
      block_bytes_(block_bytes),
      idle_(idle),
      block_(std::make_unique_for_overwrite<std::byte[]>(frame_room + block_bytes + 2)) {}

Async<Result<void>> BodyPump::begin() {
  auto first = co_await fill();
  filled_ahead_ = true;
  co_return first;
}

Async<Result<void>> BodyPump::fill() {
  filled_ = 0;
  std::size_t most = left_ ? std::size_t(std::min<std::uint64_t>(*left_, block_bytes_)) : block_bytes_;
  if (most == 0) co_return Result<void>();
  std::span<std::byte> space(block_.get() + frame_room, most);
  std::string failure;
  try {
    CO_TRY(filled_, co_await source_.read(space));
  } catch (const boost::system::system_error& thrown) {
    nobody_listens_ = thrown.code() == boost::asio::error::operation_aborted;
    failure = thrown.what();
  } catch (const std::exception& thrown) {
    failure = thrown.what();
  }
  if (!failure.empty()) co_return fail(internal_error, "the source of the body threw: " + failure);
  if (left_ && filled_ == 0) co_return fail(internal_error, "the source of the body ended before the announced length");
  if (left_) *left_ -= filled_;
  co_return Result<void>();
}

Async<bool> BodyPump::run(std::string head) {
  namespace asio = boost::asio;
  while (true) {
    if (!filled_ahead_) {
      auto read = co_await fill();
      if (!read) {
        if (!nobody_listens_) log::warn("answer cut", read.error());
        co_return false;
      }
    }
    filled_ahead_ = false;
    std::byte* from = block_.get() + frame_room;
    std::size_t size = filled_;
    if (chunked_ && filled_ > 0) {
      std::array<char, frame_room> line;
      auto end = std::to_chars(line.data(), line.data() + line.size() - 2, filled_, 16).ptr;
      *end++ = '\r';
      *end++ = '\n';
      auto line_bytes = std::size_t(end - line.data());
      from -= line_bytes;
      std::memcpy(from, line.data(), line_bytes);
      std::memcpy(block_.get() + frame_room + filled_, "\r\n", 2);
      size += line_bytes + 2;
    } else if (chunked_) {
      std::memcpy(from, last_chunk.data(), last_chunk.size());
      size = last_chunk.size();
    }
    bool last = filled_ == 0 || (left_ && *left_ == 0);
    Wire::Pieces pieces{asio::buffer(head), asio::buffer(static_cast<const void*>(from), size)};
    bool sent = co_await wire_.send(pieces, idle_);
    if (!sent || last) co_return sent;
    head.clear();
  }
}

}  // namespace docquarry::http
