#include "drivers/sql/sql_progress_board.h"

#include "domain/error_codes.h"
#include "tests/contracts/live_state_contract.h"

#include <map>

namespace docquarry::contracts {

// The truth, as far as a board asks for it.
class KnownStandings : public DocumentCatalogue {
 public:
  Async<Result<DocumentView>> find(DocumentId id) override {
    ++reads;
    if (out_of_order) co_return docquarry::fail(database_unavailable, "out of order");
    auto place = views.find(id);
    if (place == views.end()) co_return docquarry::fail(document_not_found, "");
    co_return place->second;
  }
  // As the ledger would: what is older changes nothing.
  void store(const Standing& standing) {
    auto place = views.find(standing.document);
    if (place != views.end() && !may_follow(standing, standing_of(place->second))) return;
    DocumentView view;
    view.id = standing.document;
    view.filename = standing.filename;
    view.state = standing.state;
    view.attempt = standing.attempt;
    view.generation = standing.generation;
    view.pages_saved = standing.pages_done;
    view.pages_expected = standing.pages_total;
    views[view.id] = view;
  }

  Async<Result<std::vector<TaskTicket>>> add(std::vector<NewDocument>, bool, std::optional<IdempotencyKey>) override {
    co_return unasked();
  }
  Async<Result<std::vector<TaskTicket>>> find_by_key(IdempotencyKey) override { co_return unasked(); }
  Async<Result<DocumentView>> find(Uid) override { co_return unasked(); }
  Async<Result<DocumentPage>> list(DocumentFilter, ListOrder, std::string, int) override { co_return unasked(); }
  Async<Result<std::vector<DocumentView>>> list_from(DocumentFilter, std::int64_t, int) override { co_return unasked(); }
  Async<Result<std::int64_t>> count(DocumentFilter) override { co_return unasked(); }
  Async<Result<StateCounts>> count_by_state() override { co_return unasked(); }
  Async<Result<std::vector<Page>>> pages(TaskId, PageRange, PageParts, int) override { co_return unasked(); }
  Async<Result<DocumentFacts>> facts(TaskId) override { co_return unasked(); }
  Async<Result<ObjectKey>> remove(DocumentId) override { co_return unasked(); }
  Async<Result<std::vector<ObjectKey>>> known_objects(std::vector<ObjectKey>) override { co_return unasked(); }
  Async<Result<void>> forget_keys(Timestamp) override { co_return unasked(); }
  Async<Result<void>> check() override { co_return unasked(); }

  std::map<DocumentId, DocumentView> views;
  int reads = 0;
  bool out_of_order = false;

 private:
  static tl::unexpected<Error> unasked() { return docquarry::fail(internal_error, "a board does not ask this"); }
};

// What is posted here was committed before, by this process or, with `elsewhere`, by another one, which cannot tell us.
template <bool elsewhere>
class StoredAndPosted : public ProgressBoard {
 public:
  StoredAndPosted(SqlProgressBoard& board, KnownStandings& truth) : board_(board), truth_(truth) {}

  Async<void> post(Standing standing) override {
    truth_.store(standing);
    if (!elsewhere) co_await board_.post(std::move(standing));
  }
  Async<void> forget(DocumentId document) override {
    truth_.views.erase(document);
    if (!elsewhere) co_await board_.forget(document);
  }
  Async<std::optional<Standing>> latest(DocumentId document) override { co_return co_await board_.latest(document); }
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t after) override {
    co_return co_await board_.watch(document, after);
  }

 private:
  SqlProgressBoard& board_;
  KnownStandings& truth_;
};

template <bool elsewhere>
class SqlBoardStores {
 public:
  boost::asio::io_context& loop() { return loop_; }
  ProgressBoard& board() { return outside_; }

  ManualClock clock;
  KnownStandings truth;

 private:
  boost::asio::io_context loop_;
  SqlProgressBoard board_{loop_, truth, clock, 5ms};
  StoredAndPosted<elsewhere> outside_{board_, truth};
};

INSTANTIATE_TYPED_TEST_SUITE_P(SqlHere, ProgressBoardContract, SqlBoardStores<false>);
INSTANTIATE_TYPED_TEST_SUITE_P(SqlElsewhere, ProgressBoardContract, SqlBoardStores<true>);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RememberingBoardContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RateLimiterContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ResultCacheContract);

namespace {

class SqlProgressBoardTest : public testing::Test {
 protected:
  Standing standing(int document, TaskState state, int pages = 0) {
    Standing standing;
    standing.document = DocumentId(document);
    standing.state = state;
    standing.attempt = 1;
    standing.pages_done = pages;
    return standing;
  }
  std::unique_ptr<EventFeed> watch(int document, std::uint64_t after = 0) {
    return must(run(loop, board.watch(DocumentId(document), after)));
  }
  ProgressEvent next(EventFeed& feed) { return must(run(loop, feed.next())); }

  boost::asio::io_context loop;
  ManualClock clock;
  KnownStandings truth;
  SqlProgressBoard board{loop, truth, clock, 5ms};
};

TEST_F(SqlProgressBoardTest, reads_nothing_while_nobody_waits_for_news) {
  truth.store(standing(1, TaskState::processing, 1));
  auto feed = watch(1);
  next(*feed);
  EXPECT_EQ(truth.reads, 1);

  run(loop, pause_for(50ms));
  EXPECT_EQ(truth.reads, 1);

  EXPECT_FALSE(run(loop, with_timeout(50ms, feed->next())));
  int reads = truth.reads;
  EXPECT_GT(reads, 2);
  run(loop, pause_for(50ms));
  EXPECT_EQ(truth.reads, reads);
}

TEST_F(SqlProgressBoardTest, reads_a_document_once_a_round_however_many_watch_it) {
  truth.store(standing(1, TaskState::processing, 1));
  std::vector<std::unique_ptr<EventFeed>> feeds;
  std::vector<Async<std::optional<Result<ProgressEvent>>>> waits;
  for (int i = 0; i < 50; ++i) {
    feeds.push_back(watch(1));
    next(*feeds.back());
    waits.push_back(with_timeout(10s, feeds.back()->next()));
  }
  truth.reads = 0;
  auto later = [&]() -> Async<std::optional<Result<ProgressEvent>>> {
    co_await pause_for(30ms);
    truth.store(standing(1, TaskState::completed, 1));
    co_return std::nullopt;
  };
  waits.push_back(later());

  auto events = run_all(loop, std::move(waits));

  events.pop_back();
  for (auto& event : events) EXPECT_EQ(must(std::move(event.value())).standing.state, TaskState::completed);
  EXPECT_LT(truth.reads, 50);
}

TEST_F(SqlProgressBoardTest, goes_on_when_the_database_answers_again) {
  truth.store(standing(1, TaskState::processing, 1));
  auto feed = watch(1);
  next(*feed);
  truth.out_of_order = true;
  truth.store(standing(1, TaskState::completed, 2));
  EXPECT_FALSE(run(loop, with_timeout(30ms, feed->next())));
  truth.out_of_order = false;

  EXPECT_EQ(next(*feed).standing.state, TaskState::completed);
}

TEST_F(SqlProgressBoardTest, tells_the_end_to_a_client_whose_last_event_another_clock_numbered_ahead) {
  truth.store(standing(1, TaskState::completed, 2));
  auto ahead = std::uint64_t(clock.now().time_since_epoch() / 1ms) + 60'000;

  EXPECT_GT(next(*watch(1, ahead)).number, ahead);
  EXPECT_EQ(next(*watch(1, UINT64_MAX)).standing.state, TaskState::completed);
}

TEST_F(SqlProgressBoardTest, keeps_nothing_of_what_nobody_watches_and_lets_a_feed_outlive_it) {
  auto own = std::make_unique<SqlProgressBoard>(loop, truth, clock);
  auto first = must(run(loop, own->watch(DocumentId(1), 0)));
  auto second = must(run(loop, own->watch(DocumentId(1), 0)));
  first.reset();
  EXPECT_EQ(own->watched(), 1u);
  second.reset();
  EXPECT_EQ(own->watched(), 0u);
  auto feed = must(run(loop, own->watch(DocumentId(1), 0)));
  own.reset();
  feed.reset();
}

}  // namespace
}  // namespace docquarry::contracts
