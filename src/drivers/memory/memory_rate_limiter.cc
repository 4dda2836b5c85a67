#include "drivers/memory/memory_rate_limiter.h"

#include <algorithm>

namespace docquarry {
namespace {

std::chrono::seconds until(Timestamp time, Timestamp now) { return std::chrono::ceil<std::chrono::seconds>(time - now); }

}  // namespace

Async<RateVerdict> MemoryRateLimiter::admit(std::string key, RateRule rule) {
  auto now = clock_.now();
  auto& times = admitted_[rule.name + '\n' + key];
  while (admitted_.size() > most_keys_) admitted_.erase(std::string(admitted_.oldest().first));
  // Times after now stand there when the clock was set back: they must not shut anybody out for longer than a window.
  auto is_outside = [&](Timestamp time) { return time <= now - rule.window || time > now; };
  times.erase(std::remove_if(times.begin(), times.end(), is_outside), times.end());

  RateVerdict verdict;
  verdict.limit = rule.requests;
  verdict.admitted = int(times.size()) < rule.requests;
  if (verdict.admitted) times.push_back(now);
  verdict.remaining = std::max(0, rule.requests - int(times.size()));
  if (!times.empty()) verdict.reset = until(times.back() + rule.window, now);
  if (!verdict.admitted) {
    auto oldest = times.empty() ? now : times.front();
    verdict.retry_after = std::max(std::chrono::seconds(1), until(oldest + rule.window, now));
  }
  co_return verdict;
}

}  // namespace docquarry
