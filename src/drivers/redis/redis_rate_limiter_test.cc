#include "drivers/redis/redis_rate_limiter.h"

#include "drivers/redis/redis_stores_test.h"

namespace docquarry::contracts {
namespace {

const std::string key = "rate_limit:127.0.0.1:/upload";

class RedisLimiters : public testing::Test {
 protected:
  RedisLimiters() { other.ask({"FLUSHALL"}); }

  RateVerdict admit(Process& process, int requests = 3) {
    return run(loop, process.limiter.admit(key, RateRule{"upload", requests, 60s}));
  }

  PlainClient other{shared_server()};
  boost::asio::io_context loop;
};

TEST_F(RedisLimiters, admit_exactly_as_many_as_allowed_when_all_ask_at_once) {
  Process one(loop, options_for(shared_server())), two(loop, options_for(shared_server()));
  std::vector<Async<RateVerdict>> requests;
  for (int i = 0; i < 64; ++i) {
    auto& limiter = i % 2 == 0 ? one.limiter : two.limiter;
    requests.push_back(limiter.admit(key, RateRule{"upload", 10, 60s}));
  }

  auto verdicts = run_all(loop, std::move(requests));

  std::set<int> remaining;
  int admitted = 0;
  for (const auto& verdict : verdicts) {
    if (!verdict.admitted) continue;
    ++admitted;
    remaining.insert(verdict.remaining);
  }
  EXPECT_EQ(admitted, 10);
  EXPECT_EQ(remaining.size(), 10u);
  EXPECT_TRUE(one.local.asked.empty());
  EXPECT_TRUE(two.local.asked.empty());
}

TEST_F(RedisLimiters, count_by_the_clock_of_the_server) {
  Process process(loop, options_for(shared_server()));
  auto verdict = admit(process);
  EXPECT_TRUE(verdict.admitted);
  EXPECT_EQ(verdict.reset, 60s);
  auto seconds = other.texts({"TIME"}).at(0);
  auto counted = other.texts({"LRANGE", "docquarry:admitted:upload:" + key, "0", "-1"});
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_NEAR(double(std::stoll(counted[0])) / 1e6, std::stod(seconds), 10);
}

TEST_F(RedisLimiters, keep_the_number_where_the_tools_of_the_original_look_and_let_it_expire) {
  Process process(loop, options_for(shared_server()));
  for (int i = 0; i < 5; ++i) admit(process);
  EXPECT_EQ(other.text({"GET", key}), "3");
  EXPECT_GT(other.number({"TTL", key}), 0);
  EXPECT_LE(other.number({"TTL", key}), 60);
  EXPECT_LE(other.number({"TTL", "docquarry:admitted:upload:" + key}), 61);
}

TEST_F(RedisLimiters, live_with_keys_that_hold_something_else) {
  Process process(loop, options_for(shared_server()));
  other.ask({"SET", "docquarry:admitted:upload:" + key, "x"});
  other.ask({"RPUSH", key, "x"});
  EXPECT_EQ(admit(process).remaining, 2);
}

TEST_F(RedisLimiters, ask_for_the_right_time_when_the_rule_became_stricter) {
  ManualClock clock;
  auto options = options_for(shared_server());
  options.clock = &clock;
  Process process(loop, options);
  for (int i = 0; i < 5; ++i) {
    admit(process, 5);
    clock.advance(10s);
  }
  EXPECT_EQ(admit(process, 2).retry_after, 40s);  // until the fourth of five is out: it came 20 s ago
}

TEST_F(RedisLimiters, shut_nobody_out_when_the_clock_is_set_back) {
  ManualClock clock;
  auto options = options_for(shared_server());
  options.clock = &clock;
  Process process(loop, options);
  admit(process, 1);
  clock.advance(-1h);
  EXPECT_TRUE(admit(process, 1).admitted);
}

TEST(RedisLimiter, leaves_it_to_the_local_one_while_redis_is_away) {
  boost::asio::io_context loop;
  auto server = std::make_unique<TestServer>("redis");
  Process process(loop, options_for(*server));
  auto admit = [&] { return run(loop, process.limiter.admit(key, RateRule{"upload", 3, 60s})); };
  EXPECT_EQ(admit().limit, 3);
  auto port = server->fact("port");
  server.reset();
  EXPECT_EQ(admit().limit, -1);
  EXPECT_EQ(process.local.asked, std::vector<std::string>{key});

  server = std::make_unique<TestServer>("redis", std::vector<std::string>{"--port", port});
  wait_until(loop, [&] { return process.redis.connected(); });
  EXPECT_EQ(admit().limit, 3);
}

}  // namespace
}  // namespace docquarry::contracts
