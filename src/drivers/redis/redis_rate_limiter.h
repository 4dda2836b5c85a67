// RateLimiter over Redis: one limit for all processes, by the server's clock. While Redis is away each process limits for itself.
#pragma once

#include "drivers/redis/redis.h"
#include "ports/live_state.h"

namespace docquarry {

class RedisRateLimiter : public RateLimiter {
 public:
  RedisRateLimiter(Redis& redis, RateLimiter& fallback) : link_(redis.link()), fallback_(fallback) {}

  // The times of admitted requests stand below docquarry:admitted:; under `key` itself stands their number, as the original's tools read it.
  Async<RateVerdict> admit(std::string key, RateRule rule) override;

 private:
  std::shared_ptr<RedisLink> link_;
  RateLimiter& fallback_;
};

}  // namespace docquarry
