#include "drivers/redis/redis_link.h"

#include "drivers/redis/redis_keys.h"
#include "drivers/redis/redis_stores_test.h"

#include <list>

#include <sys/types.h>

namespace docquarry::contracts {
namespace {

class RedisLinkTest : public testing::Test {
 protected:
  // As the link counts it: not the tests' idea of how fast is fast enough.
  static constexpr auto short_limit = 100ms;

  RedisOptions impatient(const TestServer& server) {
    auto options = options_for(server);
    options.limit = short_limit;
    return options;
  }
  Result<Reply> ask(Redis& redis, RedisCommand command) {
    auto& link = *redis.link();
    return run(loop, link.call(std::move(command), link.deadline()));
  }
  void wait_until(const std::function<bool()>& is_so) { contracts::wait_until(loop, is_so); }
  static void signal(const TestServer& server, int number) { ::kill(pid_t(std::stoi(server.fact("pid"))), number); }

  boost::asio::io_context loop;
};

TEST_F(RedisLinkTest, answers_what_many_ask_at_once_each_with_its_own) {
  Redis redis(loop, options_for(shared_server()));
  std::vector<Async<Result<Reply>>> calls;
  for (int i = 0; i < 1000; ++i) {
    RedisCommand echo{"ECHO", std::to_string(i)};
    calls.push_back(redis.link()->call(std::move(echo), redis.link()->deadline()));
  }

  auto replies = run_all(loop, std::move(calls));

  for (int i = 0; i < 1000; ++i) EXPECT_EQ(must(replies[i]).text, std::to_string(i));
  EXPECT_TRUE(redis.connected());
}

TEST_F(RedisLinkTest, keeps_replies_apart_when_a_caller_leaves_before_its_own) {
  Redis redis(loop, options_for(shared_server()));
  ask(redis, {"DEL", "never pushed"});
  EXPECT_FALSE(run(loop, with_timeout(0ms, redis.link()->call(RedisCommand(2, "ECHO"), redis.link()->deadline()))));
  EXPECT_EQ(must(ask(redis, {"ECHO", "mine"})).text, "mine");
}

TEST_F(RedisLinkTest, opens_a_lost_connection_again) {
  TestServer server("redis");
  PlainClient other(server);
  Redis redis(loop, options_for(server));
  ask(redis, {"PING"});
  for (int i = 0; i < 3; ++i) {
    other.ask({"CLIENT", "KILL", "TYPE", "normal"});
    wait_until([&] { return ask(redis, {"PING"}).has_value(); });
  }
  EXPECT_TRUE(redis.connected());
}

TEST_F(RedisLinkTest, fails_at_once_without_a_server_and_finds_it_when_it_comes) {
  auto server = std::make_unique<TestServer>("redis");
  auto port = server->fact("port");
  auto options = options_for(*server);
  server.reset();
  Redis redis(loop, options);
  EXPECT_FALSE(ask(redis, {"PING"}));  // as soon as the connection is refused: the limit is far away
  EXPECT_FALSE(redis.connected());

  server = std::make_unique<TestServer>("redis", std::vector<std::string>{"--port", port});
  wait_until([&] { return redis.connected(); });
  EXPECT_TRUE(ask(redis, {"PING"}));

  server.reset();
  wait_until([&] { return !ask(redis, {"PING"}).has_value() && !redis.connected(); });
  server = std::make_unique<TestServer>("redis", std::vector<std::string>{"--port", port});
  wait_until([&] { return redis.connected(); });
  EXPECT_TRUE(ask(redis, {"PING"}));
}

TEST_F(RedisLinkTest, opens_the_breaker_when_redis_is_slow_and_closes_it_when_it_answers_again) {
  TestServer server("redis");
  Redis redis(loop, impatient(server));
  wait_until([&] { return redis.connected(); });
  signal(server, SIGSTOP);
  int failed = 0;
  while (redis.connected() && failed < 100) failed += !ask(redis, {"PING"}).has_value();
  EXPECT_EQ(failed, 3);
  EXPECT_FALSE(ask(redis, {"PING"}));

  signal(server, SIGCONT);
  wait_until([&] { return redis.connected(); });
  EXPECT_TRUE(ask(redis, {"PING"}));
}

TEST_F(RedisLinkTest, does_not_carry_out_late_what_was_sent_to_a_stopped_redis) {
  TestServer server("redis");
  Redis redis(loop, impatient(server));
  wait_until([&] { return redis.connected(); });
  signal(server, SIGSTOP);
  while (redis.connected()) {
    if (!ask(redis, {"SET", "cached", "stale"})) redis.link()->unsaid().add_key("cached");
  }
  signal(server, SIGCONT);
  wait_until([&] { return redis.connected(); });

  PlainClient other(server);
  EXPECT_EQ(other.number({"EXISTS", "cached"}), 0);
  EXPECT_TRUE(redis.link()->unsaid().keys.empty());
}

TEST_F(RedisLinkTest, kills_its_former_connection_before_it_goes_on) {
  TestServer server("redis");
  PlainClient other(server);
  Redis redis(loop, options_for(server));
  auto former = must(ask(redis, {"CLIENT", "INFO"})).text;  // "id=3 addr=127.0.0.1:40000 laddr=..."
  other.ask({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
  other.ask({"CLIENT", "KILL", "TYPE", "normal"});
  wait_until([&] { return ask(redis, {"PING"}).has_value(); });

  bool killed = false;
  for (const auto& entry : other.ask({"SLOWLOG", "GET", "-1"}).list) {
    const auto& words = entry.list.at(3).list;
    if (words.size() != 6 || words[1].text != "KILL") continue;
    killed = killed || former.starts_with("id=" + words[3].text + " addr=" + words[5].text + " ");
  }
  EXPECT_TRUE(killed);
}

TEST_F(RedisLinkTest, counts_as_gone_when_redis_takes_no_writes_until_it_does_again) {
  TestServer server("redis");
  PlainClient other(server);
  Redis redis(loop, options_for(server));
  EXPECT_TRUE(ask(redis, {"SET", "a", "1"}));
  other.ask({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_FALSE(ask(redis, {"SET", "a", "2"}));
  EXPECT_FALSE(redis.connected());

  other.ask({"CONFIG", "SET", "maxmemory", "0"});
  wait_until([&] { return redis.connected(); });
  EXPECT_TRUE(ask(redis, {"SET", "a", "3"}));
}

TEST_F(RedisLinkTest, goes_on_when_only_one_key_holds_something_else) {
  Redis redis(loop, options_for(shared_server()));
  ask(redis, {"SET", "text", "1"});
  EXPECT_FALSE(ask(redis, {"LPUSH", "text", "1"}));
  EXPECT_TRUE(redis.connected());
}

TEST_F(RedisLinkTest, knows_its_scripts_also_after_redis_forgot_them) {
  PlainClient other(shared_server());
  Redis redis(loop, options_for(shared_server()));
  for (int i = 0; i < 3; ++i) {
    other.ask({"SCRIPT", "FLUSH"});
    auto reply = must(run(loop, redis.link()->run(redis_scripts::latest, {"task:none"}, {})));
    EXPECT_EQ(reply.list.size(), 3u);
  }
  EXPECT_TRUE(redis.connected());
}

TEST_F(RedisLinkTest, shows_its_password_and_speaks_tls) {
  TestServer server("redis", {"--password", "geheim", "--tls"});
  auto options = options_for(server);
  Redis redis(loop, options);
  EXPECT_TRUE(ask(redis, {"SET", "a", "1"}));

  auto wrong = options;
  wrong.password = "falsch";
  Redis refused(loop, wrong);
  EXPECT_FALSE(ask(refused, {"PING"}));

  auto untrusted = options;
  untrusted.ca_file.clear();
  Redis stranger(loop, untrusted);
  EXPECT_FALSE(ask(stranger, {"PING"}));
}

TEST_F(RedisLinkTest, uses_the_database_that_it_is_told) {
  auto options = options_for(shared_server());
  options.database = 5;
  Redis redis(loop, options);
  ask(redis, {"SET", "only in 5", "1"});
  PlainClient other(shared_server());
  EXPECT_EQ(other.number({"EXISTS", "only in 5"}), 0);
  other.ask({"SELECT", "5"});
  EXPECT_EQ(other.number({"EXISTS", "only in 5"}), 1);
}

TEST_F(RedisLinkTest, gives_up_what_does_not_speak_as_redis_does) {
  boost::asio::ip::tcp::acceptor acceptor(loop, {boost::asio::ip::address_v4::loopback(), 0});
  std::list<boost::asio::ip::tcp::socket> sockets;
  std::function<void()> accept = [&] {
    acceptor.async_accept([&](boost::system::error_code error, boost::asio::ip::tcp::socket socket) {
      if (error) return;
      boost::asio::write(socket, boost::asio::buffer("HTTP/1.1 400 Bad Request\r\n\r\n", 28));
      sockets.push_back(std::move(socket));
      accept();
    });
  };
  accept();
  RedisOptions options;
  options.host = "127.0.0.1";
  options.port = acceptor.local_endpoint().port();
  Redis redis(loop, options);
  EXPECT_FALSE(ask(redis, {"PING"}));
  EXPECT_FALSE(redis.connected());
}

TEST(Unsaid, stays_bounded_and_drops_the_oldest_documents_first) {
  Unsaid unsaid(3);
  for (int id = 1; id <= 5; ++id) unsaid.add_post(DocumentId(id));
  EXPECT_EQ(unsaid.documents.size(), 3u);
  EXPECT_FALSE(unsaid.holds(DocumentId(2)));
  EXPECT_TRUE(unsaid.holds(DocumentId(5)));
  unsaid.add_forget(DocumentId(4));
  unsaid.add_post(DocumentId(4));
  EXPECT_TRUE(unsaid.documents.at(DocumentId(4)));  // a deleted document stays deleted
  unsaid.said(DocumentId(5));
  EXPECT_FALSE(unsaid.holds(DocumentId(5)));
}

}  // namespace
}  // namespace docquarry::contracts
