#include "drivers/redis/redis_subscriber.h"

#include <boost/asio/redirect_error.hpp>

namespace docquarry {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using SteadyTimer = boost::asio::steady_timer;

constexpr auto ping_every = 2s;
constexpr std::size_t most_messages = 64;
constexpr std::size_t channels_per_command = 500;

}  // namespace

// ---- Subscription ------------------------------------------------------------------------------------------------------------------

Subscription::Subscription(std::shared_ptr<RedisSubscriber> subscriber, std::string channel)
    : subscriber_(std::move(subscriber)), channel_(std::move(channel)), timer_(subscriber_->loop_) {
  subscriber_->add(*this);
}

Subscription::~Subscription() { subscriber_->remove(*this); }

std::optional<std::string> Subscription::take() {
  if (messages_.empty()) return std::nullopt;
  std::optional<std::string> oldest(std::move(messages_.front()));
  messages_.pop_front();
  return oldest;
}

Async<bool> Subscription::wait(std::chrono::steady_clock::duration limit) {
  if (!changed_) {
    timer_.expires_after(limit);
    boost::system::error_code woken;
    co_await timer_.async_wait(redirect_error(use_awaitable, woken));
    auto state = co_await boost::asio::this_coro::cancellation_state;
    bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
    if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  co_return std::exchange(changed_, false);
}

void Subscription::wake() {
  changed_ = true;
  timer_.cancel();
}

// ---- who listens to what -----------------------------------------------------------------------------------------------------------

RedisSubscriber::RedisSubscriber(boost::asio::io_context& loop, RedisOptions options)
    : loop_(loop),
      options_(std::move(options)),
      session_(loop, options_),
      pauses_(options_.first_pause, options_.last_pause),
      wake_writer_(loop, SteadyTimer::time_point::max()),
      next_try_(loop, SteadyTimer::time_point::max()) {}

void RedisSubscriber::add(Subscription& subscription) {
  Channel& channel = channels_[subscription.channel_];
  channel.listeners.insert(&subscription);
  if (channel.live) {
    subscription.live_ = true;
    ++subscription.period_;
  }
  if (channel.listeners.size() > 1) return;
  if (connected_) {
    ++channel.unconfirmed;
    send({"SUBSCRIBE", subscription.channel_});
  } else if (channels_.size() == 1) {
    next_try_.cancel();  // the first who listens
  }
}

void RedisSubscriber::remove(Subscription& subscription) {
  auto place = channels_.find(subscription.channel_);
  Channel& channel = place->second;
  channel.listeners.erase(&subscription);
  if (!channel.listeners.empty()) return;
  if (connected_) send({"UNSUBSCRIBE", subscription.channel_});
  channel.live = false;
  // What was not confirmed yet is still counted, so that a late answer is not taken for that of the next SUBSCRIBE.
  if (channel.unconfirmed == 0) channels_.erase(place);
}

void RedisSubscriber::send(RedisCommand command) {
  unsent_ += encode(command);
  wake_writer_.cancel();
}

void RedisSubscriber::become_live(Channel& channel) {
  channel.live = true;
  for (auto* listener : channel.listeners) {
    listener->live_ = true;
    ++listener->period_;
    listener->wake();
  }
}

void RedisSubscriber::lose_all() {
  connected_ = false;
  unsent_.clear();
  for (auto place = channels_.begin(); place != channels_.end();) {
    Channel& channel = place->second;
    channel.live = false;
    channel.unconfirmed = 0;
    for (auto* listener : channel.listeners) {
      listener->live_ = false;
      listener->wake();
    }
    if (channel.listeners.empty()) place = channels_.erase(place);
    else ++place;
  }
}

void RedisSubscriber::wake_all() {
  for (auto& [name, channel] : channels_)
    for (auto* listener : channel.listeners) listener->wake();
}

// ["message", channel, text], ["subscribe", channel, count], ["unsubscribe", ...], ["pong", ""]
void RedisSubscriber::hear(const Reply& push) {
  heard_ = true;
  if (push.list.size() != 3 || !push.list[0].is_text()) return;
  auto place = channels_.find(push.list[1].text);
  if (place == channels_.end()) return;
  Channel& channel = place->second;
  if (push.list[0].text == "subscribe" && channel.unconfirmed > 0) {
    --channel.unconfirmed;
    if (channel.unconfirmed > 0) return;
    if (channel.listeners.empty()) channels_.erase(place);
    else become_live(channel);
  } else if (push.list[0].text == "message" && channel.live) {
    for (auto* listener : channel.listeners) {
      listener->messages_.push_back(push.list[2].text);
      if (listener->messages_.size() > most_messages) listener->messages_.pop_front();
      listener->wake();
    }
  }
}

// ---- the connection ----------------------------------------------------------------------------------------------------------------

void RedisSubscriber::start() {
  auto rethrow = [](std::exception_ptr defect) {
    if (defect) std::rethrow_exception(defect);
  };
  boost::asio::co_spawn(loop_, keep(shared_from_this()), rethrow);
}

void RedisSubscriber::stop() {
  stopped_ = true;
  lose_all();
  session_.close();
  next_try_.cancel();
}

Async<void> RedisSubscriber::keep(std::shared_ptr<RedisSubscriber> self) {
  auto& subscriber = *self;
  while (!subscriber.stopped_) {
    bool is_wanted = !subscriber.channels_.empty();
    std::optional<Result<void>> opened;
    if (is_wanted) opened = co_await with_timeout(4 * subscriber.options_.limit, subscriber.session_.open());
    if (opened && *opened && !subscriber.stopped_) {
      subscriber.pauses_.start_afresh();
      co_await subscriber.serve();
    }
    subscriber.session_.close();
    subscriber.lose_all();
    if (subscriber.stopped_) break;
    if (is_wanted) subscriber.next_try_.expires_after(subscriber.pauses_.next());
    else subscriber.next_try_.expires_at(SteadyTimer::time_point::max());
    boost::system::error_code woken;
    co_await subscriber.next_try_.async_wait(redirect_error(use_awaitable, woken));
  }
}

Async<void> RedisSubscriber::serve() {
  connected_ = true;
  heard_ = true;
  RedisCommand command{"SUBSCRIBE"};
  for (auto& [name, channel] : channels_) {
    ++channel.unconfirmed;
    command.push_back(name);
    if (command.size() > channels_per_command) send(std::exchange(command, RedisCommand(1, "SUBSCRIBE")));
  }
  if (command.size() > 1) send(std::move(command));
  co_await (read_pushes() || write_commands() || ping());
}

Async<void> RedisSubscriber::read_pushes() {
  while (true) {
    auto push = co_await session_.read();
    if (!push || push->is_error()) co_return;
    hear(*push);
  }
}

Async<void> RedisSubscriber::write_commands() {
  while (true) {
    auto bytes = std::exchange(unsent_, std::string());
    if (bytes.empty()) {
      boost::system::error_code woken;
      co_await wake_writer_.async_wait(redirect_error(use_awaitable, woken));
      continue;
    }
    auto written = co_await session_.write(std::move(bytes));
    if (!written) co_return;
  }
}

// Ends when the server has said nothing, not even to the last PING.
Async<void> RedisSubscriber::ping() {
  while (heard_) {
    heard_ = false;
    send({"PING"});
    co_await pause_for(ping_every);
  }
}

}  // namespace docquarry
