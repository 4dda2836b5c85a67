// ResultCache over Redis: keys and values stand there as the caller names them. While Redis is away nothing is cached.
#pragma once

#include "drivers/redis/redis.h"
#include "ports/live_state.h"

namespace docquarry {

class RedisResultCache : public ResultCache {
 public:
  explicit RedisResultCache(Redis& redis) : link_(redis.link()) {}

  Async<std::optional<std::string>> get(std::string key) override;
  Async<void> put(std::string key, std::string value, std::chrono::seconds time_to_live) override;
  Async<void> remove(std::string key) override;

 private:
  std::shared_ptr<RedisLink> link_;
};

}  // namespace docquarry
