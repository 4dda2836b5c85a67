#include "http/request_body.h"

#include "base/io_errors.h"

#include <cstring>

namespace docquarry::http {
namespace {

constexpr std::size_t framing_buffer = 4 * 1024;

}  // namespace

RequestBody::RequestBody(Wire& wire, const ServerLimits& limits, const RequestHead& head)
    : wire_(wire),
      limits_(limits),
      pace_(limits.body_grace, limits.slowest_body_bytes_per_second, limits.idle_time),
      framing_(head.framing),
      left_(head.content_length),
      ended_(head.framing == Framing::none),
      client_waits_(head.expects_continue) {}

Async<Result<std::size_t>> RequestBody::read(std::span<std::byte> into) {
  if (failure_) co_return fail(*failure_);
  if (client_waits_) {
    auto told = co_await go_on();
    if (!told) co_return failed(std::move(told).error());
  }
  std::size_t filled = 0;
  while (!ended_ && filled < into.size()) {
    if (left_ == 0) {
      auto framed = co_await next_chunk();
      if (!framed) co_return failed(std::move(framed).error());
      continue;
    }
    auto space = into.subspan(filled);
    if (space.size() > left_) space = space.first(std::size_t(left_));
    std::size_t got = std::min(space.size(), wire_.unread().size());
    if (got > 0) {
      std::memcpy(space.data(), wire_.unread().data(), got);
      wire_.consume(got);
      pace_.count(got, {});
    } else {
      auto began = std::chrono::steady_clock::now();
      boost::asio::mutable_buffer directly(space.data(), space.size());
      got = co_await wire_.receive_into(directly, pace_.allowance());
      pace_.count(got, std::chrono::steady_clock::now() - began);
      if (got == 0) co_return failed(std::move(nothing_came()).error());
    }
    filled += got;
    left_ -= got;
    ended_ = left_ == 0 && framing_ == Framing::length;
  }
  co_return filled;
}

// Reads framing until data or the end follows.
Async<Result<void>> RequestBody::next_chunk() {
  while (true) {
    CO_TRY(auto step, chunks_.read(wire_.unread()));
    wire_.consume(step.used);
    left_ = step.data;
    ended_ = step.ended;
    if (step.data > limit_ - received_) co_return fail(body_too_large, "the body is larger than allowed here");
    received_ += step.data;
    if (ended_ || left_ > 0) co_return Result<void>();
    auto began = std::chrono::steady_clock::now();
    std::size_t got = co_await wire_.receive(pace_.allowance(), framing_buffer);
    // Framing is no progress: a client that sends nothing else runs out of time.
    pace_.count(0, std::chrono::steady_clock::now() - began);
    if (got == 0) co_return nothing_came();
  }
}

Async<Result<void>> RequestBody::go_on() {
  client_waits_ = false;
  if (!wire_.unread().empty()) co_return Result<void>();  // it did not wait
  constexpr std::string_view go = "HTTP/1.1 100 Continue\r\n\r\n";
  Wire::Pieces pieces{boost::asio::buffer(go.data(), go.size())};
  bool sent = co_await wire_.send(pieces, limits_.idle_time);
  if (!sent) co_return nothing_came();
  co_return Result<void>();
}

Result<void> RequestBody::nothing_came() const {
  if (wire_.is_late()) return fail(client_too_slow, "the body arrived too slowly");
  return fail(truncated_upload, "the connection ended before the body was complete");
}

Result<std::size_t> RequestBody::failed(Error error) {
  failure_ = error;
  return fail(std::move(error));
}

bool RequestBody::is_finished() {
  if (framing_ == Framing::length && !failure_ && left_ > 0 && left_ <= wire_.unread().size()) {
    wire_.consume(std::size_t(left_));
    left_ = 0;
    ended_ = true;
  }
  return ended_ && !failure_;
}

}  // namespace docquarry::http
