#include "drivers/redis/redis_result_cache.h"

#include "drivers/redis/redis_stores_test.h"

namespace docquarry::contracts {
namespace {

class RedisCache : public testing::Test {
 protected:
  std::optional<std::string> get(Process& process) { return run(loop, process.cache.get("result:7")); }
  void put(Process& process, std::string value, std::chrono::seconds time_to_live = 3600s) {
    run(loop, process.cache.put("result:7", std::move(value), time_to_live));
  }
  void signal(int number) { ::kill(pid_t(std::stoi(server.fact("pid"))), number); }

  TestServer server{"redis"};
  PlainClient other{server};
  boost::asio::io_context loop;
  RedisOptions options = options_for(server);
};

TEST_F(RedisCache, keeps_results_where_the_original_did) {
  Process process(loop, options);
  put(process, "{}");
  EXPECT_EQ(other.text({"GET", "result:7"}), "{}");
  EXPECT_GT(other.number({"TTL", "result:7"}), 3500);
  EXPECT_LE(other.number({"TTL", "result:7"}), 3600);
  other.ask({"FLUSHALL"});
  EXPECT_FALSE(get(process));
  other.ask({"RPUSH", "result:7", "x"});
  EXPECT_FALSE(get(process));
  EXPECT_TRUE(process.redis.connected());
}

TEST_F(RedisCache, keeps_no_older_value_when_the_new_one_is_too_long_or_ends_at_once) {
  options.largest_cached_bytes = 10;
  Process process(loop, options);
  put(process, "1");
  put(process, std::string(11, 'x'));
  EXPECT_FALSE(get(process));
  put(process, "1");
  put(process, "2", 0s);
  EXPECT_FALSE(get(process));
}

TEST_F(RedisCache, forgets_what_could_not_be_removed_while_redis_was_away) {
  options.limit = 100ms;
  Process process(loop, options);
  wait_until(loop, [&] { return process.redis.connected(); });
  put(process, "1");
  signal(SIGSTOP);
  run(loop, process.cache.remove("result:7"));
  EXPECT_FALSE(get(process));
  for (int i = 0; i < 10 && process.redis.connected(); ++i) put(process, "2");
  EXPECT_FALSE(process.redis.connected());
  signal(SIGCONT);
  wait_until(loop, [&] { return process.redis.connected(); });

  EXPECT_FALSE(get(process));
  EXPECT_EQ(other.number({"EXISTS", "result:7"}), 0);
}

}  // namespace
}  // namespace docquarry::contracts
