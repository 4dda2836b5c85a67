#include "drivers/redis/redis_event_feed.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/redis/redis_keys.h"
#include "drivers/redis/standing_json.h"

#include <algorithm>

namespace docquarry {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

constexpr std::chrono::hours until_something_changes{24};
constexpr std::size_t most_ready = 64;

bool is_news(const Standing& next, const std::optional<Standing>& known) {
  return !known || (may_follow(next, *known) && (is_ahead(next, *known) || next.state != known->state));
}

}  // namespace

RedisEventFeed::RedisEventFeed(std::shared_ptr<RedisLink> link, std::shared_ptr<RedisSubscriber> subscriber,
                               ProgressBoard& fallback, DocumentId document, std::uint64_t after)
    : link_(std::move(link)),
      fallback_(fallback),
      document_(document),
      subscription_(std::move(subscriber), redis_keys::channel(link_->options().database, document)),
      skip_up_to_(after),
      told_(after) {}

Async<void> RedisEventFeed::begin() {
  auto deadline = link_->deadline();
  while (!subscription_.is_live()) {
    auto left = deadline - std::chrono::steady_clock::now();
    if (link_->is_down() || left.count() <= 0) co_return;
    co_await subscription_.wait(left);
  }
  bool caught_up = co_await catch_up();
  if (caught_up) period_ = subscription_.period();
}

Async<Result<ProgressEvent>> RedisEventFeed::next() {
  while (true) {
    take_messages();
    if (forgotten_) co_return fail(document_not_found, "the document was deleted");
    if (!ready_.empty()) {
      auto event = std::move(ready_.front());
      ready_.pop_front();
      told_ = event.number = std::max(event.number, told_ + 1);
      co_return event;
    }
    if (!is_live()) {
      CO_CHECK(co_await follow_fallback());
    } else if (period_ != subscription_.period() || fallback_feed_ != nullptr) {
      int period = subscription_.period();
      co_await catch_up();
      period_ = period;  // not before: a cancelled reader comes back here
      fallback_feed_.reset();
      must_look_ = true;  // what was posted in the gap may stand nowhere else
    } else if (must_look_) {
      co_await look_at_fallback();
      must_look_ = false;
    } else {
      bool changed = co_await subscription_.wait(link_->options().silence);
      must_look_ = !changed;
    }
  }
}

void RedisEventFeed::take_messages() {
  while (auto text = subscription_.take()) {
    auto message = message_from_json(*text);
    if (!message) log::warn("a progress event in redis cannot be read", {{"document", document_.value()}});
    else if (message->forgotten) forgotten_ = true;
    else consider(std::move(message->event));
  }
}

// An event from Redis: the same may come twice, over the channel and when it is read.
void RedisEventFeed::consider(ProgressEvent event) {
  if (newest_ && !may_follow(event.standing, *newest_)) return;
  if (event.number <= seen_ && newest_ && !is_ahead(event.standing, *newest_)) return;
  seen_ = event.number;
  newest_ = event.standing;
  ready_.push_back(std::move(event));
  if (ready_.size() > most_ready) ready_.pop_front();
}

// One from elsewhere, whose number says nothing here.
void RedisEventFeed::consider_other(ProgressEvent event) {
  if (!is_news(event.standing, newest_)) return;
  newest_ = event.standing;
  ready_.push_back(std::move(event));
}

// False when Redis did not answer.
Async<bool> RedisEventFeed::catch_up() {
  RedisCommand read{"LRANGE", redis_keys::events(document_), "0", "-1"};
  auto reply = co_await link_->call(std::move(read), link_->deadline());
  if (!reply) co_return false;
  auto skip_up_to = std::exchange(skip_up_to_, 0);
  for (const auto& element : reply->list) {
    auto message = message_from_json(element.text);
    if (!message) {
      log::warn("a progress event in redis cannot be read", {{"document", document_.value()}});
      continue;
    }
    if (message->event.number > skip_up_to) {
      consider(std::move(message->event));
    } else {
      seen_ = message->event.number;
      newest_ = std::move(message->event.standing);
    }
  }
  co_return true;
}

// One look at what SQL says. That it cannot be read right now is no news; the next silence tries again.
Async<void> RedisEventFeed::look_at_fallback() {
  auto feed = co_await fallback_.watch(document_, 0);
  std::optional<Result<ProgressEvent>> event;
  if (feed) event = co_await with_timeout(link_->options().limit, (*feed)->next());
  bool is_gone = (!feed && feed.error().is(document_not_found)) || (event && !*event && event->error().is(document_not_found));
  if (is_gone) forgotten_ = true;
  else if (event && *event) consider_other(std::move(**event));
}

// Waits for SQL or for Redis to come back. Errors: those of SQL.
Async<Result<void>> RedisEventFeed::follow_fallback() {
  if (!fallback_feed_) {
    CO_TRY(fallback_feed_, co_await fallback_.watch(document_, 0));
  }
  auto first = co_await (fallback_feed_->next() || subscription_.wait(until_something_changes));
  if (first.index() == 0) {
    CO_TRY(auto event, std::get<0>(std::move(first)));
    consider_other(std::move(event));
  }
  co_return Result<void>{};
}

}  // namespace docquarry
