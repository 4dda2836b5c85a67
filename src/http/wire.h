// The bytes of one connection: reads and writes with time limits, and what was read but not used yet. Small while idle: the buffer starts
// with 1 kB and grows only for a large head; bodies are read straight into the reader's own memory.
#pragma once

#include "base/async.h"
#include "http/server_core.h"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace docquarry::http {

class Wire {
 public:
  using Duration = std::chrono::steady_clock::duration;
  using Pieces = std::array<boost::asio::const_buffer, 2>;
  static constexpr Duration no_limit = Duration::max();

  explicit Wire(Socket socket);

  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) { begin_ += bytes; }

  // Waits for bytes and puts them behind the unread ones, as long as those are fewer than `most`. Returns how many came; 0 when none will:
  // the client has closed, `limit` has passed (then is_late), or interrupt() was called.
  Async<std::size_t> receive(Duration limit, std::size_t most);
  // The same into memory of the caller, past the buffer, which must be empty.
  Async<std::size_t> receive_into(boost::asio::mutable_buffer into, Duration limit);

  // Sends everything, unless the client goes away or takes nothing for `idle` or much too slowly altogether: false, nothing more can be sent.
  Async<bool> send(Pieces pieces, Duration idle);
  // Sends what the socket takes at once and removes it from `pieces`; true when nothing is left.
  bool send_at_once(Pieces& pieces);

  bool is_late() const { return late_; }  // the last receive or send ended because its time had passed
  bool can_send() const { return can_send_; }
  bool has_arrived();  // more bytes can be read without waiting
  void end_sending();  // the client sees the end; reading goes on

  // Called from outside the connection's own coroutine.
  void check_time(SteadyTime now);  // ends what has taken too long
  void interrupt();                 // ends what is waited for now
  void close();
  void reset();  // so that the client cannot take what it got for everything

  void give_back_memory();  // between requests

 private:
  static constexpr std::size_t small_buffer = 1024;
  static SteadyTime in(Duration limit);
  void make_room(std::size_t most);

  Socket socket_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  SteadyTime read_deadline_ = SteadyTime::max(), write_deadline_ = SteadyTime::max();
  bool late_ = false, can_send_ = true;
};

}  // namespace docquarry::http
