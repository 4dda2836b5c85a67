#include "drivers/postgres/postgres_task_queue.h"

#include "drivers/postgres/postgres_stores_test.h"
#include "tests/contracts/task_queue_contract.h"

namespace docquarry::contracts {

// One process. What a new connection rings is taken away first.
class PostgresBell {
 public:
  PostgresBell() { must(contracts::run(loop(), queue_.wait())); }
  boost::asio::io_context& loop() { return stores_.loop(); }
  PostgresTaskQueue& queue() { return queue_; }

 protected:
  PostgresStores stores_;
  PostgresTaskQueue queue_{stores_.database(), stores_.ids};
};

// What one process announces and another one waits for.
class TwoQueues : public TaskQueue {
 public:
  TwoQueues(TaskQueue& announces, TaskQueue& waits) : announces_(announces), waits_(waits) {}

  Async<Result<void>> announce(TaskTicket ticket) override { co_return co_await announces_.announce(std::move(ticket)); }
  Async<Result<void>> wait() override { co_return co_await waits_.wait(); }
  Async<Result<void>> check() override { co_return co_await announces_.check(); }

 private:
  TaskQueue& announces_;
  TaskQueue& waits_;
};

// Two processes: one announces, the other waits.
class PostgresBells : public PostgresBell {
 public:
  TaskQueue& queue() { return pair_; }

 private:
  PostgresTaskQueue other_{stores_.database(), stores_.ids};
  TwoQueues pair_{other_, queue_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(PostgresHere, TaskQueueContract, PostgresBell);
INSTANTIATE_TYPED_TEST_SUITE_P(PostgresElsewhere, TaskQueueContract, PostgresBells);

namespace {

class PostgresTaskQueueTest : public testing::Test {
 protected:
  bool rings_within(TaskQueue& queue, std::chrono::milliseconds time) {
    return contracts::run(stores.loop(), with_timeout(time, queue.wait())).has_value();
  }
  void announce(TaskQueue& queue) { must(contracts::run(stores.loop(), queue.announce(TaskTicket()))); }

  PostgresStores stores;
  PostgresTaskQueue api{stores.database(), stores.ids}, worker{stores.database(), stores.ids};
};

TEST_F(PostgresTaskQueueTest, rings_once_whenever_it_had_to_connect_anew) {
  EXPECT_TRUE(rings_within(worker, 10s));
  EXPECT_FALSE(rings_within(worker, 50ms));
  stores.server().execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");

  EXPECT_TRUE(rings_within(worker, 10s));
  EXPECT_FALSE(rings_within(worker, 50ms));
  announce(api);
  EXPECT_TRUE(rings_within(worker, 10s));
}

TEST_F(PostgresTaskQueueTest, hears_what_was_announced_while_it_did_not_wait) {
  EXPECT_TRUE(rings_within(worker, 10s));
  announce(api);
  stores.server().execute("NOTIFY docquarry_tasks");  // by hand

  EXPECT_TRUE(rings_within(worker, 10s));
  EXPECT_TRUE(rings_within(worker, 10s));
  EXPECT_FALSE(rings_within(worker, 50ms));
}

TEST_F(PostgresTaskQueueTest, tells_other_processes_of_many_tasks_in_few_messages) {
  announce(api);
  auto before = stores.database().stats().commits;
  std::vector<Async<Result<void>>> works;
  for (int i = 0; i < 1000; ++i) works.push_back(api.announce(TaskTicket()));

  for (auto& announced : run_all(stores.loop(), std::move(works))) must(std::move(announced));

  EXPECT_LE(stores.database().stats().commits - before, 10u);
}

TEST_F(PostgresTaskQueueTest, wakes_as_many_waiters_as_there_are_rings) {
  EXPECT_TRUE(rings_within(worker, 10s));  // from here on it listens
  std::vector<Async<std::optional<Result<void>>>> works;
  for (int i = 0; i < 2; ++i) works.push_back(with_timeout(10s, worker.wait()));
  auto ring = [&]() -> Async<std::optional<Result<void>>> {
    must(co_await api.announce(TaskTicket()));
    must(co_await api.announce(TaskTicket()));
    co_return std::nullopt;
  };
  works.push_back(ring());

  auto woken = run_all(stores.loop(), std::move(works));

  EXPECT_TRUE(woken[0].has_value());
  EXPECT_TRUE(woken[1].has_value());
}

}  // namespace
}  // namespace docquarry::contracts
