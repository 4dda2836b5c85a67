#include "drivers/memory/memory_progress_board.h"
#include "drivers/memory/memory_rate_limiter.h"
#include "drivers/memory/memory_result_cache.h"
#include "drivers/memory/memory_task_queue.h"
#include "tests/contracts/live_state_contract.h"
#include "tests/contracts/task_queue_contract.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace docquarry::contracts {

class MemoryStores {
 public:
  boost::asio::io_context& loop() { return loop_; }
  MemoryTaskQueue& queue() { return queue_; }
  MemoryProgressBoard& board() { return board_; }
  MemoryRateLimiter& limiter() { return limiter_; }
  MemoryResultCache& cache() { return cache_; }

  ManualClock clock;

 private:
  boost::asio::io_context loop_;
  MemoryTaskQueue queue_{loop_};
  MemoryProgressBoard board_{loop_, clock, ProgressBoardLimits{.documents = 3, .events_per_document = 64}};
  MemoryRateLimiter limiter_{clock, 3};
  MemoryResultCache cache_{clock, 100};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, TaskQueueContract, MemoryStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ProgressBoardContract, MemoryStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RememberingBoardContract, MemoryStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RateLimiterContract, MemoryStores);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ResultCacheContract, MemoryStores);

namespace {

Standing standing(int document, TaskState state = TaskState::processing) {
  Standing standing;
  standing.document = DocumentId(document);
  standing.state = state;
  standing.attempt = 1;
  return standing;
}

TEST(MemoryTaskQueue, passes_a_ring_on_when_its_waiter_is_cancelled_at_the_same_moment) {
  MemoryStores stores;
  // The ring comes between the moment the other branch has ended and the moment the waiter learns that it is cancelled.
  auto leave = [&]() -> Async<void> {
    boost::asio::post(stores.loop(),
                      [&] { boost::asio::co_spawn(stores.loop(), stores.queue().announce(TaskTicket()), boost::asio::detached); });
    co_return;
  };
  auto ring_and_cancel = [&]() -> Async<void> {
    auto first = co_await (stores.queue().wait() || leave());
    EXPECT_EQ(first.index(), 1u);
  };
  run(stores.loop(), ring_and_cancel());

  EXPECT_TRUE(run(stores.loop(), with_timeout(10s, stores.queue().wait())).has_value());
}

TEST(MemoryProgressBoard, forgets_the_documents_that_were_not_asked_for_longest_but_never_watched_ones) {
  MemoryStores stores;
  auto post = [&](int document) { run(stores.loop(), stores.board().post(standing(document, TaskState::completed))); };
  auto knows = [&](int document) { return run(stores.loop(), stores.board().latest(DocumentId(document))).has_value(); };
  auto feed = must(run(stores.loop(), stores.board().watch(DocumentId(1), 0)));
  for (int document = 1; document <= 3; ++document) post(document);
  EXPECT_TRUE(knows(2));

  post(4);

  EXPECT_TRUE(knows(1));
  EXPECT_TRUE(knows(2));
  EXPECT_FALSE(knows(3));
  EXPECT_TRUE(knows(4));
  EXPECT_EQ(stores.board().documents(), 3u);
  EXPECT_EQ(must(run(stores.loop(), feed->next())).standing.document, DocumentId(1));
}

TEST(MemoryProgressBoard, keeps_nothing_of_a_document_that_was_only_watched) {
  MemoryStores stores;
  auto feed = must(run(stores.loop(), stores.board().watch(DocumentId(1), 0)));
  EXPECT_EQ(stores.board().documents(), 1u);
  feed.reset();
  EXPECT_EQ(stores.board().documents(), 0u);
}

TEST(MemoryProgressBoard, numbers_events_upwards_even_when_the_clock_is_set_back) {
  MemoryStores stores;
  run(stores.loop(), stores.board().post(standing(1, TaskState::pending)));
  stores.clock.advance(-std::chrono::hours(1));
  run(stores.loop(), stores.board().post(standing(1)));
  auto feed = must(run(stores.loop(), stores.board().watch(DocumentId(1), 0)));

  auto first = must(run(stores.loop(), feed->next()));
  auto second = must(run(stores.loop(), feed->next()));

  EXPECT_LT(first.number, second.number);
}

TEST(MemoryProgressBoard, lets_a_feed_outlive_it) {
  boost::asio::io_context loop;
  ManualClock clock;
  auto board = std::make_unique<MemoryProgressBoard>(loop, clock);
  auto feed = must(run(loop, board->watch(DocumentId(1), 0)));
  board.reset();
  feed.reset();
}

TEST(MemoryRateLimiter, keeps_a_bounded_number_of_keys) {
  MemoryStores stores;
  for (int i = 0; i < 10; ++i) run(stores.loop(), stores.limiter().admit("client " + std::to_string(i), RateRule()));
  EXPECT_EQ(stores.limiter().keys(), 3u);
}

TEST(MemoryRateLimiter, shuts_nobody_out_when_the_clock_is_set_back) {
  MemoryStores stores;
  RateRule rule{"upload", 1, 60s};
  run(stores.loop(), stores.limiter().admit("alice", rule));
  stores.clock.advance(-std::chrono::hours(1));
  EXPECT_TRUE(run(stores.loop(), stores.limiter().admit("alice", rule)).admitted);
}

TEST(MemoryResultCache, stays_within_its_bytes_and_drops_what_was_not_asked_for_longest) {
  MemoryStores stores;
  auto put = [&](std::string key, std::size_t bytes) { run(stores.loop(), stores.cache().put(key, std::string(bytes, 'x'), 60s)); };
  auto has = [&](std::string key) { return run(stores.loop(), stores.cache().get(key)).has_value(); };
  put("a", 39);
  put("b", 39);
  EXPECT_TRUE(has("a"));

  put("c", 39);

  EXPECT_TRUE(has("a"));
  EXPECT_FALSE(has("b"));
  EXPECT_TRUE(has("c"));
  EXPECT_LE(stores.cache().bytes(), 100u);
  put("too large", 100);
  EXPECT_FALSE(has("too large"));
  EXPECT_TRUE(has("c"));
}

}  // namespace
}  // namespace docquarry::contracts
