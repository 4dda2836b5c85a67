#include "actions/process_task.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

#include <functional>

namespace docquarry {
namespace {

class ScriptedExtractor : public Extractor {
 public:
  std::function<Async<Result<ExtractionSummary>>(PageSink&, std::vector<int> skip)> script;
  std::string name() const override { return "scripted"; }
  Async<Result<ExtractionSummary>> extract(ReadOnlyFile, ExtractionOptions, std::vector<int> skip, PageSink& pages) override {
    return script(pages, std::move(skip));
  }
};

Page page_numbered(int number) {
  Page page;
  page.number = number;
  page.text = "page " + std::to_string(number);
  page.has_text_layer = true;
  return page;
}

class ProcessTaskTest : public testing::Test {
 protected:
  void run(ClaimedTask task = {}) {
    ExtractionPlaces places(loop, 1, extractor);
    ProcessTask process(ledger, catalogue, files, board, clock, metrics, places, stop, rules);
    bool ended = false;
    auto work = [&]() -> Async<void> {
      co_await process(std::move(task));
      ended = true;
    };
    boost::asio::co_spawn(loop, work(), boost::asio::detached);
    loop.run();
    EXPECT_TRUE(ended);
  }

  boost::asio::io_context loop;
  Signal stop{loop};
  RecordingLedger ledger;
  SmallCatalogue catalogue;
  MapFiles files;
  RecordingBoard board;
  FixedClock clock;
  Metrics metrics;
  ScriptedExtractor extractor;
  ProcessingRules rules{.lease = 30ms};
};

TEST_F(ProcessTaskTest, saves_a_small_document_with_the_transaction_that_completes_it) {
  extractor.script = [](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    CO_CHECK(co_await pages.expect(2, 2));
    CO_CHECK(co_await pages.add(page_numbered(1)));
    CO_CHECK(co_await pages.add(page_numbered(2)));
    co_return ExtractionSummary();
  };

  run();

  ASSERT_TRUE(ledger.completed);
  EXPECT_TRUE(ledger.saved.empty());
  EXPECT_EQ(ledger.last_pages.size(), 2u);
  EXPECT_EQ(ledger.completed->pages_extracted, 2);
  EXPECT_EQ(board.posted.back().state, TaskState::completed);
}

TEST_F(ProcessTaskTest, saves_pages_in_batches_while_a_large_document_runs) {
  rules.pages_per_save = 2;
  extractor.script = [](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    CO_CHECK(co_await pages.expect(5, 5));
    for (int number = 1; number <= 5; ++number) CO_CHECK(co_await pages.add(page_numbered(number)));
    co_return ExtractionSummary();
  };

  run();

  EXPECT_EQ(ledger.saved.size(), 4u);
  EXPECT_EQ(ledger.last_pages.size(), 1u);
  EXPECT_EQ(board.posted[1].pages_done, 2);
  EXPECT_EQ(board.posted[2].pages_done, 4);
}

TEST_F(ProcessTaskTest, goes_on_behind_the_pages_of_an_earlier_attempt) {
  catalogue.earlier = {page_numbered(1), page_numbered(2)};
  catalogue.earlier[1].fault = PageFault{"page_unreadable", "broken"};
  std::vector<int> skipped;
  extractor.script = [&](PageSink& pages, std::vector<int> skip) -> Async<Result<ExtractionSummary>> {
    skipped = skip;
    CO_CHECK(co_await pages.expect(3, 3));
    CO_CHECK(co_await pages.add(page_numbered(3)));
    co_return ExtractionSummary();
  };
  ClaimedTask task;
  task.pages_saved = 2;

  run(std::move(task));

  EXPECT_EQ(skipped, std::vector<int>({1, 2}));
  ASSERT_TRUE(ledger.completed);
  EXPECT_EQ(ledger.completed->pages_extracted, 3);
  EXPECT_TRUE(ledger.completed->partial);  // because of page 2
}

TEST_F(ProcessTaskTest, drops_the_work_when_the_lease_is_lost) {
  ledger.standing = fail(lease_lost, "taken over");
  extractor.script = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    co_await pause_for(std::chrono::hours(1));
    co_return ExtractionSummary();
  };

  run();

  EXPECT_FALSE(ledger.completed);
  EXPECT_FALSE(ledger.failed);
  EXPECT_FALSE(ledger.handed_back);
}

TEST_F(ProcessTaskTest, stops_the_extraction_when_a_client_cancels) {
  ledger.standing = LeaseStanding::cancel_requested;
  extractor.script = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    co_await pause_for(std::chrono::hours(1));
    co_return ExtractionSummary();
  };

  run();

  EXPECT_TRUE(ledger.cancelled);
  EXPECT_FALSE(ledger.failed);
}

TEST_F(ProcessTaskTest, hands_the_task_back_when_the_service_stops) {
  ledger.on_heartbeat = &stop;
  extractor.script = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    co_await pause_for(std::chrono::hours(1));
    co_return ExtractionSummary();
  };

  run();

  EXPECT_TRUE(ledger.handed_back);
  EXPECT_FALSE(ledger.failed);
}

TEST_F(ProcessTaskTest, tries_again_later_when_a_store_failed) {
  files.missing = true;

  run();

  ASSERT_TRUE(ledger.failed);
  EXPECT_FALSE(ledger.blamed_child);
  EXPECT_GT(ledger.retry_at, clock.now());
}

TEST_F(ProcessTaskTest, gives_up_at_once_when_the_document_can_never_be_read) {
  extractor.script = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    co_return fail(password_required, "the document is encrypted and needs a password");
  };

  run();

  ASSERT_TRUE(ledger.failed);
  EXPECT_EQ(ledger.failed->code, "password_required");
  EXPECT_FALSE(ledger.retry_at);
}

TEST_F(ProcessTaskTest, charges_a_crash_to_the_document) {
  extractor.script = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    co_return fail(extractor_crashed, "signal 11");
  };

  run();

  ASSERT_TRUE(ledger.failed);
  EXPECT_TRUE(ledger.blamed_child);
}

TEST_F(ProcessTaskTest, ends_the_task_when_the_extractor_throws) {
  extractor.script = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    throw std::runtime_error("defect");
    co_return ExtractionSummary();
  };

  run();

  ASSERT_TRUE(ledger.failed);
  EXPECT_EQ(ledger.failed->code, "internal_error");
  EXPECT_EQ(ledger.failed->message.find("defect"), std::string::npos);
}

}  // namespace
}  // namespace docquarry
