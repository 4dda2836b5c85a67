// RateLimiter of a single process: a sliding window that remembers the time of every admitted request, so it is exact.
#pragma once

#include "drivers/memory/lru_map.h"
#include "ports/clock.h"
#include "ports/live_state.h"

#include <deque>
#include <string>

namespace docquarry {

class MemoryRateLimiter : public RateLimiter {
 public:
  // Beyond `most_keys`, the key that was not seen for longest starts afresh.
  explicit MemoryRateLimiter(Clock& clock, std::size_t most_keys = 10'000) : clock_(clock), most_keys_(most_keys) {}

  Async<RateVerdict> admit(std::string key, RateRule rule) override;

  std::size_t keys() const { return admitted_.size(); }

 private:
  Clock& clock_;
  std::size_t most_keys_;
  LruMap<std::string, std::deque<Timestamp>> admitted_;  // times of admitted requests, the oldest first
};

}  // namespace docquarry
