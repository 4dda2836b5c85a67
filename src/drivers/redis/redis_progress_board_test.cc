#include "drivers/redis/redis_progress_board.h"

#include "drivers/redis/redis_keys.h"
#include "drivers/redis/redis_stores_test.h"
#include "drivers/redis/redis_subscriber.h"

namespace docquarry::contracts {
namespace {

const DocumentId document{7};

// Two processes on one Redis, and a client of the original's kind.
class RedisBoards : public testing::Test {
 protected:
  RedisBoards() { other.ask({"FLUSHALL"}); }

  void post(Process& process, Standing posted) {
    process.sql.truth[posted.document] = posted;
    run(loop, process.board.post(std::move(posted)));
  }
  std::optional<Standing> latest(Process& process) { return run(loop, process.board.latest(document)); }
  std::unique_ptr<EventFeed> watch(Process& process, std::uint64_t after = 0) {
    return must(run(loop, process.board.watch(document, after)));
  }
  Standing next(EventFeed& feed) { return must(run(loop, feed.next())).standing; }
  std::optional<Result<ProgressEvent>> next_within(EventFeed& feed, std::chrono::milliseconds limit) {
    return run(loop, with_timeout(limit, feed.next()));
  }
  void connect(Process& process) {
    wait_until(loop, [&] { return process.redis.connected(); });
  }
  // All of them, and they are made again.
  void kill_connections() {
    for (std::string type : {"pubsub", "normal"}) other.ask({"CLIENT", "KILL", "TYPE", type});
  }

  TestServer server{"redis"};
  PlainClient other{server};
  boost::asio::io_context loop;
  RedisOptions options = options_for(server);
};

TEST_F(RedisBoards, write_what_the_tools_of_the_original_read) {
  Process process(loop, options);
  post(process, standing(TaskState::pending, 0, 0));
  auto waiting = other.hash("task:7");
  EXPECT_EQ(waiting["task_id"], "7");
  EXPECT_EQ(waiting["document_id"], "7");
  EXPECT_EQ(waiting["status"], "PENDING");
  EXPECT_EQ(waiting["progress"], "0.0");
  EXPECT_EQ(waiting["filename"], "a \"b\".pdf");
  EXPECT_EQ(waiting["created_at"], "2026-01-02T03:04:05.120000");
  for (auto field : {"s3_key", "s3_bucket", "started_at", "completed_at", "error", "prompt"})
    EXPECT_EQ(waiting.at(field), "") << field;
  auto left = other.number({"TTL", "task:7"});
  EXPECT_GT(left, 7 * 24 * 3600 - 100);
  EXPECT_LE(left, 7 * 24 * 3600);

  post(process, standing(TaskState::completed, 10));
  EXPECT_EQ(other.hash("task:7")["status"], "COMPLETED");
  EXPECT_EQ(other.hash("task:7")["progress"], "100.0");
  EXPECT_LE(other.number({"TTL", "task:7"}), 24 * 3600);
  for (const auto& key : other.texts({"KEYS", "*"})) {
    bool expected = key == "task:7" || key == "all_tasks" || key.starts_with("docquarry:");
    EXPECT_TRUE(expected) << key;
    if (key != "all_tasks") {
      EXPECT_GT(other.number({"TTL", key}), 0) << key;
    }
  }
}

TEST_F(RedisBoards, list_each_document_once_the_oldest_first_and_not_for_ever) {
  options.listed_documents = 3;
  Process process(loop, options);
  for (int id = 1; id <= 4; ++id) {
    for (auto state : {TaskState::pending, TaskState::processing, TaskState::completed}) {
      auto posted = standing(state, 0, state == TaskState::pending ? 0 : 1);
      posted.document = DocumentId(id);
      run(loop, process.board.post(posted));
    }
  }
  EXPECT_EQ(other.texts({"LRANGE", "all_tasks", "0", "-1"}), (std::vector<std::string>{"2", "3", "4"}));

  run(loop, process.board.forget(DocumentId(3)));
  EXPECT_EQ(other.texts({"LRANGE", "all_tasks", "0", "-1"}), (std::vector<std::string>{"2", "4"}));

  other.ask({"DEL", "task:4"});
  auto again = standing(TaskState::processing, 1, 2);
  again.document = DocumentId(4);
  run(loop, process.board.post(again));
  EXPECT_EQ(other.texts({"LRANGE", "all_tasks", "0", "-1"}), (std::vector<std::string>{"2", "4"}));
}

TEST_F(RedisBoards, tell_each_other) {
  Process worker(loop, options), api(loop, options);
  auto feed = watch(api);
  post(worker, standing(TaskState::processing, 1));
  post(worker, standing(TaskState::processing, 2));

  EXPECT_EQ(next(*feed).pages_done, 1);
  EXPECT_EQ(next(*feed).pages_done, 2);
  EXPECT_EQ(latest(api)->pages_done, 2);
  post(worker, standing(TaskState::completed, 10));
  EXPECT_EQ(next(*feed).state, TaskState::completed);

  run(loop, worker.board.forget(document));
  EXPECT_EQ(code_of(run(loop, feed->next())), "document_not_found");
}

TEST_F(RedisBoards, listen_once_for_all_who_watch_a_document_and_no_longer_than_somebody_does) {
  Process process(loop, options);
  auto channel = redis_keys::channel(0, document);
  auto listeners = [&] { return other.ask({"PUBSUB", "NUMSUB", channel}).list.at(1).number; };
  auto first = watch(process);
  auto second = watch(process);
  EXPECT_EQ(listeners(), 1);
  first.reset();
  post(process, standing(TaskState::processing, 1));
  EXPECT_EQ(next(*second).pages_done, 1);
  second.reset();
  wait_until(loop, [&] { return listeners() == 0; });
  auto third = watch(process, 1);
  EXPECT_EQ(listeners(), 1);
}

TEST_F(RedisBoards, tell_of_one_who_watches_again_at_once) {
  Process process(loop, options);
  auto feed = watch(process);
  for (int i = 0; i < 20; ++i) {
    feed.reset();
    feed = watch(process);
  }
  post(process, standing(TaskState::completed, 10));
  EXPECT_EQ(next(*feed).state, TaskState::completed);
}

TEST_F(RedisBoards, tell_nothing_of_a_deleted_document_when_a_worker_still_posts) {
  Process worker(loop, options), api(loop, options);
  post(worker, standing(TaskState::processing, 1));
  run(loop, api.board.forget(document));

  run(loop, worker.board.post(standing(TaskState::completed, 10)));

  EXPECT_FALSE(latest(api));
  EXPECT_EQ(other.number({"EXISTS", "task:7"}), 0);
  EXPECT_EQ(other.number({"LLEN", "all_tasks"}), 0);
}

TEST_F(RedisBoards, say_nothing_after_a_flush) {
  Process process(loop, options);
  post(process, standing(TaskState::completed, 10));
  EXPECT_TRUE(latest(process));
  other.ask({"FLUSHALL"});
  EXPECT_FALSE(latest(process));
}

TEST_F(RedisBoards, do_not_trust_what_was_posted_too_long_ago) {
  ManualClock clock;
  options.clock = &clock;
  Process process(loop, options);
  post(process, standing(TaskState::processing, 1));
  clock.advance(29s);
  EXPECT_TRUE(latest(process));
  clock.advance(1s);
  EXPECT_FALSE(latest(process));
  clock.advance(-40s);  // posted in what is now the future
  EXPECT_FALSE(latest(process));
}

TEST_F(RedisBoards, end_a_deletion_only_when_no_process_shows_the_document_any_more) {
  options.trust = 1s;
  Process api(loop, options);
  post(api, standing(TaskState::completed, 10));
  options.port = 1;  // nobody listens there
  Process without_redis(loop, options);
  EXPECT_TRUE(latest(api));

  run(loop, without_redis.board.forget(document));

  EXPECT_FALSE(latest(api));
}

TEST_F(RedisBoards, do_not_trust_what_stood_there_before_they_were_connected) {
  Process early(loop, options);
  connect(early);
  post(early, standing(TaskState::processing, 1));
  Process late(loop, options);
  EXPECT_TRUE(latest(early));
  EXPECT_FALSE(latest(late));
  post(early, standing(TaskState::processing, 2));
  EXPECT_EQ(latest(late)->pages_done, 2);
}

TEST_F(RedisBoards, live_with_keys_that_hold_something_else) {
  Process process(loop, options);
  other.ask({"SET", "task:7", "x"});
  other.ask({"SET", "docquarry:events:7", "x"});
  other.ask({"SET", "all_tasks", "x"});
  EXPECT_FALSE(latest(process));
  post(process, standing(TaskState::processing, 1));
  EXPECT_EQ(latest(process)->pages_done, 1);
  EXPECT_EQ(next(*watch(process)).pages_done, 1);

  other.ask({"HSET", "task:7", "dq_standing", "{\"document\":1}"});
  EXPECT_FALSE(latest(process));
  other.ask({"RPUSH", "docquarry:events:7", "not JSON"});
  other.ask({"PUBLISH", redis_keys::channel(0, document), "not JSON"});
  auto feed = watch(process);
  post(process, standing(TaskState::completed, 10));
  EXPECT_EQ(next(*feed).pages_done, 1);
  EXPECT_EQ(next(*feed).state, TaskState::completed);
  run(loop, process.board.forget(document));
  EXPECT_TRUE(process.redis.connected());
}

TEST_F(RedisBoards, tell_the_end_when_it_was_posted_while_the_connections_were_lost) {
  Process worker(loop, options), api(loop, options);
  auto feed = watch(api);
  post(worker, standing(TaskState::processing, 1));
  next(*feed);
  kill_connections();
  // The worker's own connection was killed too: the post may or may not arrive, SQL knows of it in any case.
  api.sql.truth[document] = standing(TaskState::completed, 10);
  post(worker, standing(TaskState::completed, 10));

  EXPECT_EQ(next(*feed).state, TaskState::completed);
}

TEST_F(RedisBoards, hear_again_after_their_connection_was_lost) {
  Process worker(loop, options), api(loop, options);
  auto feed = watch(api);
  for (int pages = 1; pages <= 3; ++pages) {
    other.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
    wait_until(loop, [&] { return other.ask({"PUBSUB", "NUMSUB", redis_keys::channel(0, document)}).list.at(1).number == 1; });
    post(worker, standing(TaskState::processing, pages));
    EXPECT_EQ(next(*feed).pages_done, pages);
  }
}

TEST_F(RedisBoards, read_what_happened_while_they_did_not_hear) {
  Process worker(loop, options), api(loop, options);
  auto feed = watch(api);
  connect(worker);
  other.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  post(worker, standing(TaskState::processing, 4));

  EXPECT_EQ(next(*feed).pages_done, 4);
}

TEST_F(RedisBoards, find_out_in_sql_what_nobody_could_tell) {
  options.silence = 20ms;
  Process api(loop, options);
  auto feed = watch(api);
  EXPECT_FALSE(next_within(*feed, 100ms));
  api.sql.truth[document] = standing(TaskState::completed, 10);  // a worker elsewhere lost its connection

  EXPECT_EQ(next(*feed).state, TaskState::completed);
  api.sql.deleted.insert(document);
  EXPECT_EQ(code_of(run(loop, feed->next())), "document_not_found");
}

// The worker may have lost Redis with us: then what it did stands in SQL alone, and nobody will say it.
TEST_F(RedisBoards, look_into_sql_after_a_gap_even_when_redis_remembers_nothing_new) {
  options.silence = 1h;  // so that nothing but the gap makes the feed look
  Process api(loop, options);
  auto feed = watch(api);
  Subscription beside_it(api.redis.subscriber(), redis_keys::channel(0, document));
  wait_until(loop, [&] { return beside_it.is_live(); });
  int period = beside_it.period();
  other.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  api.sql.truth[document] = standing(TaskState::completed, 10);
  // The gap is over before the feed goes on, so that it does not follow SQL during it.
  wait_until(loop, [&] { return beside_it.is_live() && beside_it.period() > period; });

  auto event = next_within(*feed, 20s);

  ASSERT_TRUE(event) << "the feed waits for Redis";
  EXPECT_EQ(must(std::move(*event)).standing.state, TaskState::completed);
}

TEST_F(RedisBoards, let_a_feed_outlive_them) {
  auto process = std::make_unique<Process>(loop, options);
  auto feed = watch(*process);
  process.reset();
  feed.reset();
  run(loop, pause_for(1ms));
}

// ---- Redis away --------------------------------------------------------------------------------------------------------------------

class RedisAway : public RedisBoards {
 protected:
  void stop() {
    port_ = server_->fact("port");
    server_.reset();
  }
  void start_again() { server_ = std::make_unique<TestServer>("redis", std::vector<std::string>{"--port", port_}); }
  void wait_until_away(Process& process) {
    wait_until(loop, [&] { return !process.redis.connected() && !latest(process).has_value(); });
  }

  std::unique_ptr<TestServer> server_ = std::make_unique<TestServer>("redis");
  RedisOptions options = options_for(*server_);

 private:
  std::string port_;
};

TEST_F(RedisAway, nobody_is_told_anything_wrong_and_feeds_follow_sql) {
  options.trust = 100ms;
  stop();
  Process process(loop, options);
  post(process, standing(TaskState::processing, 1));
  EXPECT_FALSE(latest(process));
  auto feed = watch(process);
  EXPECT_EQ(next(*feed).pages_done, 1);
  process.sql.truth[document] = standing(TaskState::completed, 10);
  EXPECT_EQ(next(*feed).state, TaskState::completed);
  run(loop, process.board.forget(document));
}

TEST_F(RedisAway, a_feed_goes_on_over_sql_and_back_over_redis_with_growing_numbers) {
  Process process(loop, options);
  auto feed = watch(process);
  post(process, standing(TaskState::processing, 1));
  std::vector<ProgressEvent> events{must(run(loop, feed->next()))};
  stop();
  wait_until_away(process);
  post(process, standing(TaskState::processing, 2));
  events.push_back(must(run(loop, feed->next())));
  start_again();
  connect(process);
  post(process, standing(TaskState::processing, 3));
  events.push_back(must(run(loop, feed->next())));
  stop();
  wait_until_away(process);
  post(process, standing(TaskState::completed, 10));
  events.push_back(must(run(loop, feed->next())));

  for (std::size_t i = 1; i < events.size(); ++i) EXPECT_LT(events[i - 1].number, events[i].number);
  EXPECT_EQ(events[1].standing.pages_done, 2);
  EXPECT_EQ(events[2].standing.pages_done, 3);
  EXPECT_EQ(events[3].standing.state, TaskState::completed);
}

TEST_F(RedisAway, a_feed_that_waits_learns_of_the_end_that_was_posted_in_the_gap) {
  Process worker(loop, options), api(loop, options);
  auto feed = watch(api);
  connect(worker);
  auto ending = [&]() -> Async<void> {
    co_await pause_for(20ms);
    server_.reset();  // blocks the loop until it is gone
    co_await worker.board.post(standing(TaskState::completed, 10));
    api.sql.truth[document] = standing(TaskState::completed, 10);
  };
  boost::asio::co_spawn(loop, ending(), boost::asio::detached);

  EXPECT_EQ(next(*feed).state, TaskState::completed);
}

// The server is only unreachable: what it knew before is still there when it answers again.
class RedisStopped : public RedisBoards {
 protected:
  RedisStopped() { options.limit = 100ms; }
  void signal(int number) { ::kill(pid_t(std::stoi(server.fact("pid"))), number); }
};

TEST_F(RedisStopped, nobody_waits_long_and_nothing_stale_is_left_when_it_goes_on) {
  Process worker(loop, options);
  options.limit = 5s;
  Process api(loop, options);  // hears and asks nothing meanwhile, so its connection stays
  connect(worker);
  connect(api);
  post(worker, standing(TaskState::processing, 1));
  EXPECT_EQ(latest(api)->pages_done, 1);
  signal(SIGSTOP);
  for (int pages = 2; pages < 10; ++pages) post(worker, standing(TaskState::processing, pages));
  EXPECT_FALSE(worker.redis.connected());
  post(worker, standing(TaskState::completed, 10));
  EXPECT_FALSE(latest(worker));
  signal(SIGCONT);
  connect(worker);

  EXPECT_FALSE(latest(worker));
  EXPECT_FALSE(latest(api));
  EXPECT_EQ(other.number({"EXISTS", "task:7"}), 0);
}

TEST_F(RedisStopped, watchers_elsewhere_are_told_of_a_deletion_that_could_not_be_told_at_once) {
  options.trust = 100ms;
  Process worker(loop, options);
  options.limit = 5s;
  options.silence = 1h;
  Process api(loop, options);
  connect(worker);
  post(worker, standing(TaskState::processing, 1));
  auto feed = watch(api);
  next(*feed);
  other.ask({"CLIENT", "PAUSE", "100000", "WRITE"});
  run(loop, worker.board.forget(document));
  EXPECT_FALSE(latest(worker));
  for (int i = 0; i < 10 && worker.redis.connected(); ++i) run(loop, worker.board.forget(document));
  EXPECT_FALSE(worker.redis.connected());
  other.ask({"CLIENT", "UNPAUSE"});

  EXPECT_EQ(code_of(run(loop, feed->next())), "document_not_found");
  EXPECT_EQ(other.number({"EXISTS", "task:7"}), 0);
}

}  // namespace
}  // namespace docquarry::contracts
