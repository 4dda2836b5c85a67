#include "drivers/redis/redis_stores_test.h"
#include "tests/contracts/live_state_contract.h"

namespace docquarry::contracts {
namespace {

// Time that also passes for what Redis lets expire.
class SharedClock : public ManualClock {
 public:
  void advance(std::chrono::microseconds by) {
    ManualClock::advance(by);
    static const std::string age = R"(
      for _, key in ipairs(redis.call('KEYS', '*')) do
        local left = redis.call('PTTL', key)
        if left > 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
      end)";
    passed_ += by;
    auto whole = std::chrono::duration_cast<std::chrono::seconds>(passed_);
    passed_ -= whole;
    if (whole.count() > 0) client.ask({"EVAL", age, "0", std::to_string(whole.count() * 1000)});
  }

  PlainClient client{shared_server()};

 private:
  std::chrono::microseconds passed_{0};
};

class RedisStores {
 public:
  RedisStores() { clock.client.ask({"FLUSHALL"}); }

  boost::asio::io_context& loop() { return loop_; }
  RedisProgressBoard& board() { return process_.board; }
  RedisRateLimiter& limiter() { return process_.limiter; }
  RedisResultCache& cache() { return process_.cache; }

  SharedClock clock;

 private:
  RedisOptions options() const {
    auto options = options_for(shared_server());
    options.clock = &clock;
    return options;
  }

  boost::asio::io_context loop_;
  Process process_{loop_, options()};
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, ProgressBoardContract, RedisStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, RateLimiterContract, RedisStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Redis, ResultCacheContract, RedisStores);

}  // namespace docquarry::contracts
