#include "drivers/redis/redis_result_cache.h"

#include "base/fault.h"
#include "drivers/redis/redis_link.h"

namespace docquarry {

// That redis is away is logged by the link; a cache that fails is only slower.

Async<std::optional<std::string>> RedisResultCache::get(std::string key) {
  if (link_->unsaid().holds_key(key)) co_return std::nullopt;
  RedisCommand read{"GET", std::move(key)};
  auto reply = co_await link_->call(std::move(read), link_->deadline());
  if (!reply || !reply->is_text()) co_return std::nullopt;
  co_return std::move(reply->text);
}

Async<void> RedisResultCache::put(std::string key, std::string value, std::chrono::seconds time_to_live) {
  if (time_to_live.count() <= 0 || value.size() > link_->options().largest_cached_bytes) {
    co_await remove(std::move(key));  // what was there is no longer the last value
    co_return;
  }
  RedisCommand write{"SET", key, std::move(value), "EX", std::to_string(time_to_live.count())};
  auto written = co_await link_->call(std::move(write), link_->deadline());
  bool is_known = written && fault_point("cache.after_put");
  if (is_known) link_->unsaid().keys.erase(key);
  else link_->unsaid().add_key(std::move(key));  // an older value may still be there
}

Async<void> RedisResultCache::remove(std::string key) {
  RedisCommand erase{"DEL", key};
  auto removed = co_await link_->call(std::move(erase), link_->deadline());
  if (removed) link_->unsaid().keys.erase(key);
  else link_->unsaid().add_key(std::move(key));
}

}  // namespace docquarry
