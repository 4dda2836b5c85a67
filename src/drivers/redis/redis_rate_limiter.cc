#include "drivers/redis/redis_rate_limiter.h"

#include "drivers/redis/redis_keys.h"
#include "drivers/redis/redis_link.h"

#include <algorithm>
#include <cstdlib>

namespace docquarry {
namespace {

// The script's answer: admitted, count, newest, the time that must leave the window, now.
RateVerdict verdict_from(const std::vector<Reply>& answer, const RateRule& rule) {
  auto micros = [&](std::size_t i) { return std::chrono::microseconds(std::atoll(answer[i].text.c_str())); };
  auto now = micros(4);
  auto until_out = [&](std::size_t i) { return std::chrono::ceil<std::chrono::seconds>(micros(i) + rule.window - now); };

  RateVerdict verdict;
  verdict.limit = rule.requests;
  verdict.admitted = answer[0].number == 1;
  verdict.remaining = int(std::max<std::int64_t>(0, rule.requests - answer[1].number));
  if (answer[2].is_text()) verdict.reset = until_out(2);
  if (!verdict.admitted) verdict.retry_after = answer[3].is_text() ? until_out(3) : rule.window;
  if (!verdict.admitted) verdict.retry_after = std::max(std::chrono::seconds(1), verdict.retry_after);
  return verdict;
}

}  // namespace

Async<RateVerdict> RedisRateLimiter::admit(std::string key, RateRule rule) {
  std::vector<std::string> keys{redis_keys::admitted(rule.name, key), key};
  std::vector<std::string> arguments{std::to_string(std::chrono::microseconds(rule.window).count()), std::to_string(rule.requests)};
  auto answer = co_await link_->run(redis_scripts::admit, std::move(keys), std::move(arguments));
  bool complete = answer && answer->list.size() == 5;
  if (complete) co_return verdict_from(answer->list, rule);
  co_return co_await fallback_.admit(std::move(key), std::move(rule));
}

}  // namespace docquarry
