// The connection on which Redis tells us what happens to documents; one per process, shared by all feeds. It is made when somebody first
// listens, and made again when it breaks, with pauses that grow; a server that goes silent is found out by PING.
#pragma once

#include "base/async.h"
#include "drivers/redis/pauses.h"
#include "drivers/redis/redis_options.h"
#include "drivers/redis/redis_session.h"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace docquarry {

class RedisSubscriber;

// One who listens to one channel, from its making to its end. One waits at a time.
class Subscription {
 public:
  Subscription(std::shared_ptr<RedisSubscriber> subscriber, std::string channel);
  ~Subscription();
  Subscription(const Subscription&) = delete;

  // What was published from now on would come. Not yet, or no longer, when false.
  bool is_live() const { return live_; }
  // Grows each time it becomes live; between two of them messages may have been missed.
  int period() const { return period_; }
  // The oldest message that was not taken; when a reader is slow, the oldest ones are lost and the newest stay.
  std::optional<std::string> take();
  // False when nothing changed for so long: no message, not live, or live again. Ends when cancelled.
  Async<bool> wait(std::chrono::steady_clock::duration limit);
  // Ends the wait.
  void wake();

 private:
  friend class RedisSubscriber;

  std::shared_ptr<RedisSubscriber> subscriber_;  // feeds may outlive the board while the process stops
  std::string channel_;
  std::deque<std::string> messages_;
  bool live_ = false;
  bool changed_ = false;
  int period_ = 0;
  boost::asio::steady_timer timer_;
};

class RedisSubscriber : public std::enable_shared_from_this<RedisSubscriber> {
 public:
  RedisSubscriber(boost::asio::io_context& loop, RedisOptions options);

  void start();  // once
  void stop();
  void wake_all();

 private:
  friend class Subscription;
  struct Channel {
    std::set<Subscription*> listeners;
    int unconfirmed = 0;  // SUBSCRIBE commands that were not answered yet
    bool live = false;
  };

  void add(Subscription& subscription);
  void remove(Subscription& subscription);
  void send(RedisCommand command);
  void become_live(Channel& channel);
  void lose_all();
  void hear(const Reply& push);

  static Async<void> keep(std::shared_ptr<RedisSubscriber> self);
  Async<void> serve();
  Async<void> read_pushes();
  Async<void> write_commands();
  Async<void> ping();

  boost::asio::io_context& loop_;
  RedisOptions options_;
  RedisSession session_;
  std::map<std::string, Channel> channels_;
  std::string unsent_;
  bool connected_ = false;
  bool heard_ = false;  // something, since the last PING
  bool stopped_ = false;
  Pauses pauses_;
  boost::asio::steady_timer wake_writer_, next_try_;
};

}  // namespace docquarry
