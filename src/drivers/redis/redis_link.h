// The connection for commands, shared by all who use Redis in this process; what many ask at the same time travels together.
//
// It is its own circuit breaker. It is *up* when Redis answers and takes writes. It goes *down* when the connection cannot be made, when
// several calls in a row were not answered in time, or when Redis says that it cannot serve (loading, out of memory, read-only, ...). While
// it is down every call fails at once, and one probe after the other, with growing pauses, opens a new connection and writes a key; when that
// is answered in time, it is up again. A lost connection that was good for a while is opened again at once, and calls wait for it within
// their limit. Nothing is sent twice: who calls knows whether that would be right.
//
// Rules that keep answers right when Redis comes back:
//  - What could not be told is noted by the caller (note_unsaid) and made up for before the link is up again: keys are deleted, forget is
//    repeated.
//  - Before that, the old connection is killed on the server, so that what it still had in its buffers is never carried out late.
//  - What was posted before the connection stood is not trusted (trusted_from): Redis may have come back with an old snapshot.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "drivers/redis/pauses.h"
#include "drivers/redis/redis_options.h"
#include "drivers/redis/redis_scripts.h"
#include "drivers/redis/redis_session.h"
#include "drivers/redis/resp.h"
#include "drivers/redis/unsaid.h"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace docquarry {

// Shared: the coroutine that keeps the connection, feeds and calls may outlive whoever made it while the process stops.
class RedisLink : public std::enable_shared_from_this<RedisLink> {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  RedisLink(boost::asio::io_context& loop, RedisOptions options);
  ~RedisLink();

  void start();  // once
  void stop();   // ends the coroutine that start() began, and every call

  bool is_up() const { return state_ == State::up; }
  bool is_down() const { return state_ == State::down; }  // every call fails at once
  const RedisOptions& options() const { return options_; }
  boost::asio::io_context& loop() { return loop_; }
  Deadline deadline() const { return std::chrono::steady_clock::now() + options_.limit; }
  Timestamp trusted_from() const { return trusted_from_; }  // by the server's clock

  // Errors: connection_failed, at the deadline at the latest, also for replies that are errors, except NOSCRIPT. Ends when cancelled.
  Async<Result<Reply>> call(RedisCommand command, Deadline deadline);
  Async<Result<Reply>> run(const RedisScript& script, std::vector<std::string> keys, std::vector<std::string> arguments);
  // The command for a script; one that Redis may not know yet is sent in full.
  RedisCommand command_for(const RedisScript& script, const std::vector<std::string>& keys,
                           const std::vector<std::string>& arguments, bool in_full) const;

  Unsaid& unsaid() { return unsaid_; }

  std::function<void()> when_changed;  // up, down, or connecting again

 private:
  enum class State { connecting, up, down };
  struct Call;

  static Async<void> keep(std::shared_ptr<RedisLink> self);
  Async<Result<void>> open();
  Async<Result<void>> prove_writable();
  Async<Result<void>> make_up_for_unsaid();
  Async<void> serve();
  Async<void> read_replies();
  Async<void> write_calls();
  Async<void> wait_before_next_try();
  void break_off(std::string reason);
  void change(State state);
  void fail_all();

  boost::asio::io_context& loop_;
  RedisOptions options_;
  RedisSession session_;
  Unsaid unsaid_;
  State state_ = State::connecting;
  bool stopped_ = false;
  bool announced_down_ = false;
  std::string reason_;  // why it is not up
  Timestamp trusted_from_;
  std::string client_id_, client_address_;  // of the last connection, as the server names it
  int timeouts_ = 0;                        // in a row
  Pauses pauses_;
  std::deque<std::shared_ptr<Call>> unsent_, unanswered_;
  boost::asio::steady_timer wake_writer_, next_try_;
};

}  // namespace docquarry
