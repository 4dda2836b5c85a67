#include "http/wire.h"

#include "http/pace.h"

#include <boost/asio/redirect_error.hpp>

#include <cstring>

namespace docquarry::http {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t slowest_reader_bytes_per_second = 1024;

void drop_front(Wire::Pieces& pieces, std::size_t bytes) {
  for (auto& piece : pieces) {
    auto from_here = std::min(bytes, piece.size());
    piece += from_here;
    bytes -= from_here;
  }
}

bool all_sent(const Wire::Pieces& pieces) { return pieces[0].size() == 0 && pieces[1].size() == 0; }

}  // namespace

Wire::Wire(Socket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;  // a socket that is broken already shows it at the first read
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

SteadyTime Wire::in(Duration limit) { return limit == no_limit ? SteadyTime::max() : std::chrono::steady_clock::now() + limit; }

void Wire::make_room(std::size_t most) {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < capacity_) return;
  auto larger = capacity_ == 0 ? small_buffer : std::max(std::min(capacity_ * 4, most), capacity_ + small_buffer);
  auto grown = std::make_unique_for_overwrite<char[]>(larger);
  std::copy_n(buffer_.get(), end_, grown.get());
  buffer_ = std::move(grown);
  capacity_ = larger;
}

void Wire::give_back_memory() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ != end_ || capacity_ <= small_buffer) return;
  buffer_.reset();
  capacity_ = 0;
}

Async<std::size_t> Wire::receive(Duration limit, std::size_t most) {
  if (unread().size() >= most) co_return 0;
  make_room(most);
  asio::mutable_buffer free(buffer_.get() + end_, capacity_ - end_);
  std::size_t got = co_await receive_into(free, limit);
  end_ += got;
  co_return got;
}

Async<std::size_t> Wire::receive_into(asio::mutable_buffer into, Duration limit) {
  late_ = false;
  read_deadline_ = in(limit);
  boost::system::error_code problem;
  std::size_t got = co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, problem));
  read_deadline_ = SteadyTime::max();
  if (got > 0) late_ = false;
  co_return got;
}

bool Wire::send_at_once(Pieces& pieces) {
  boost::system::error_code problem;
  drop_front(pieces, socket_.write_some(pieces, problem));
  if (problem && problem != asio::error::would_block && problem != asio::error::try_again) can_send_ = false;
  return all_sent(pieces);
}

Async<bool> Wire::send(Pieces pieces, Duration idle) {
  Pace pace(idle, slowest_reader_bytes_per_second, idle);
  late_ = false;
  while (can_send_ && !all_sent(pieces)) {
    auto began = std::chrono::steady_clock::now();
    write_deadline_ = began + pace.allowance();
    boost::system::error_code problem;
    std::size_t sent = co_await socket_.async_write_some(pieces, asio::redirect_error(asio::use_awaitable, problem));
    write_deadline_ = SteadyTime::max();
    if (problem) can_send_ = false;
    pace.count(sent, std::chrono::steady_clock::now() - began);
    drop_front(pieces, sent);
  }
  co_return can_send_;
}

bool Wire::has_arrived() {
  boost::system::error_code problem;
  return socket_.available(problem) > 0 && !problem;
}

void Wire::end_sending() {
  boost::system::error_code ignored;  // the client may be gone, then there is nobody to tell
  socket_.shutdown(Socket::shutdown_send, ignored);
  can_send_ = false;
}

void Wire::check_time(SteadyTime now) {
  if (now < read_deadline_ && now < write_deadline_) return;
  read_deadline_ = write_deadline_ = SteadyTime::max();
  late_ = true;
  interrupt();
}

void Wire::interrupt() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Wire::reset() {
  boost::system::error_code ignored;
  socket_.set_option(Socket::linger(true, 0), ignored);
  close();
}

void Wire::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  can_send_ = false;
}

}  // namespace docquarry::http
