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
  std::vector<ExtractionNote> abandoned;
  std::string name() const override { return "scripted"; }
  Async<void> abandon(ExtractionNote note) override {
    abandoned.push_back(std::move(note));
    co_return;
  }
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

// A script of an extractor.
Async<Result<ExtractionSummary>> two_pages(PageSink& pages, std::vector<int>) {
  CO_CHECK(co_await pages.expect(2, 2));
  CO_CHECK(co_await pages.add(page_numbered(1)));
  CO_CHECK(co_await pages.add(page_numbered(2)));
  co_return ExtractionSummary();
}

class ProcessTaskTest : public testing::Test {
 protected:
  void run(ClaimedTask task = {}) {
    ExtractionPlaces places(loop, 1, extractor), elsewhere(loop, 1, remote);
    Extractors extractors(order, places, &elsewhere);
    ProcessTask process(ledger, catalogue, files, board, clock, metrics, extractors, &cache_result, stop, rules);
    bool ended = false;
    auto work = [&]() -> Async<void> {
      co_await process(std::move(task));
      ended = true;
    };
    boost::asio::co_spawn(loop, work(), boost::asio::detached);
    loop.restart();
    loop.run();
    EXPECT_TRUE(ended);
  }

  boost::asio::io_context loop;
  Signal stop{loop};
  RecordingLedger ledger;
  SmallCatalogue catalogue;
  MapFiles files;
  RecordingBoard board;
  MapCache cache;
  CacheResult cache_result{catalogue, cache, 1h};
  FixedClock clock;
  Metrics metrics;
  ScriptedExtractor extractor, remote;
  std::vector<ExtractorChoice> order{ExtractorChoice::local};
  ProcessingRules rules{.lease = 30ms};
};

TEST_F(ProcessTaskTest, saves_a_small_document_with_the_transaction_that_completes_it) {
  extractor.script = two_pages;

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

TEST_F(ProcessTaskTest, caches_a_small_document_without_reading_it_again) {
  extractor.script = two_pages;

  run();

  ASSERT_EQ(cache.values.size(), 1u);
  EXPECT_NE(cache.values.begin()->second.first.find(R"("text":"page 1\n\npage 2")"), std::string::npos);
  EXPECT_EQ(catalogue.reads, 0);
}

TEST_F(ProcessTaskTest, caches_a_document_whose_pages_were_saved_before_as_it_is_in_sql) {
  catalogue.earlier = {page_numbered(1), page_numbered(2), page_numbered(3)};
  catalogue.view.state = TaskState::completed;
  extractor.script = [](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    CO_CHECK(co_await pages.expect(3, 3));
    CO_CHECK(co_await pages.add(page_numbered(3)));
    co_return ExtractionSummary();
  };
  ClaimedTask task;
  task.pages_saved = 2;

  run(std::move(task));

  ASSERT_EQ(cache.values.size(), 1u);
  EXPECT_NE(cache.values.begin()->second.first.find(R"("text":"page 1\n\npage 2\n\npage 3")"), std::string::npos);
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

// ---- who extracts -----------------------------------------------------------------------------------------------------------------------

using Script = std::function<Async<Result<ExtractionSummary>>(PageSink&, std::vector<int>)>;

Script failing(const ErrorCode& code, int pages_before = 0) {
  return [&code, pages_before](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    CO_CHECK(co_await pages.expect(9, 9));
    for (int number = 1; number <= pages_before; ++number) CO_CHECK(co_await pages.add(page_numbered(number)));
    co_return fail(code, "it cannot");
  };
}

Script two_pages_by(std::string name) {
  return [name](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    CO_CHECK(co_await pages.expect(2, 2));
    CO_CHECK(co_await pages.add(page_numbered(1)));
    CO_CHECK(co_await pages.add(page_numbered(2)));
    ExtractionSummary summary;
    summary.extractor = name;
    co_return summary;
  };
}

Script noting(ExtractionNote note, Script then) {
  return [note, then](PageSink& pages, std::vector<int> skip) -> Async<Result<ExtractionSummary>> {
    CO_CHECK(co_await pages.note(note));
    co_return co_await then(pages, skip);
  };
}

class Fallback : public ProcessTaskTest {
 protected:
  Fallback() {
    order = {ExtractorChoice::llamaparse, ExtractorChoice::local};
    extractor.script = two_pages_by("here");
    remote.script = two_pages_by("elsewhere");
  }
  std::string made_by() const { return ledger.completed ? ledger.completed->extractor : "nobody"; }
};

TEST_F(Fallback, tries_the_first_of_the_order_first) {
  run();

  EXPECT_EQ(made_by(), "elsewhere");
  EXPECT_TRUE(ledger.notes.empty());
}

TEST_F(Fallback, goes_to_the_next_extractor_whenever_that_may_help) {
  for (const auto* code :
       {&invalid_document, &unsupported_encryption, &memory_limit, &time_limit, &output_limit, &extractor_crashed,
        &extractor_misbehaved, &extractor_unavailable, &extractor_refused, &empty_result, &file_too_large, &password_required}) {
    ledger = RecordingLedger();
    remote.script = failing(*code);

    run();

    EXPECT_EQ(made_by(), "here") << code->name;
  }
}

TEST_F(Fallback, does_not_ask_the_next_one_when_it_could_not_do_better) {
  for (const auto* code : {&wrong_password, &storage_unavailable, &database_unavailable, &internal_error}) {
    ledger = RecordingLedger();
    remote.script = failing(*code);

    run();

    EXPECT_EQ(made_by(), "nobody") << code->name;
    EXPECT_TRUE(ledger.failed);
  }
}

TEST_F(Fallback, sends_nothing_elsewhere_when_our_own_extractor_says_that_a_password_is_needed) {
  order = {ExtractorChoice::local, ExtractorChoice::llamaparse};
  extractor.script = failing(password_required);

  run();

  ASSERT_TRUE(ledger.failed);
  EXPECT_EQ(ledger.failed->code, "password_required");
}

TEST_F(Fallback, tells_the_failure_of_the_last_one_when_all_fail) {
  remote.script = failing(empty_result);
  extractor.script = failing(invalid_document);

  run();

  ASSERT_TRUE(ledger.failed);
  EXPECT_EQ(ledger.failed->code, "invalid_document");
}

TEST_F(Fallback, drops_what_the_failed_one_delivered_and_nobody_saved) {
  rules.time_per_save = std::chrono::hours(1);
  remote.script = failing(extractor_unavailable, 5);

  run();

  EXPECT_EQ(made_by(), "here");
  EXPECT_TRUE(ledger.saved.empty());
  EXPECT_EQ(ledger.last_pages.size(), 2u);
  EXPECT_EQ(ledger.completed->pages_extracted, 2);
}

TEST_F(Fallback, stays_with_the_extractor_of_which_pages_are_saved) {
  rules.pages_per_save = 2;
  remote.script = failing(extractor_unavailable, 5);

  run();

  EXPECT_EQ(made_by(), "nobody");
  ASSERT_TRUE(ledger.failed);
  EXPECT_TRUE(ledger.retry_at);
  EXPECT_EQ(ledger.saved.size(), 4u);
}

TEST_F(Fallback, goes_on_with_the_extractor_of_an_earlier_attempts_pages) {
  catalogue.earlier = {page_numbered(1)};
  ClaimedTask ours, theirs;
  ours.pages_saved = theirs.pages_saved = 1;
  theirs.note.extractor = "llamaparse";

  run(ours);
  EXPECT_EQ(made_by(), "here");

  order = {ExtractorChoice::local};
  run(theirs);
  EXPECT_EQ(made_by(), "elsewhere");
}

TEST_F(Fallback, notes_that_it_went_to_the_next_one_and_does_not_go_back_after_an_interruption) {
  ExtractionNote note;
  note.extractor = "llamaparse";
  note.job = "pjb-1";
  remote.script = noting(note, failing(empty_result));

  run();
  EXPECT_EQ(made_by(), "here");
  ASSERT_EQ(ledger.notes.size(), 2u);
  EXPECT_EQ(ledger.notes[1].extractor, "local");
  EXPECT_EQ(ledger.notes[1].job, "");

  ClaimedTask interrupted;
  interrupted.note = ledger.notes[1];
  remote.script = two_pages_by("elsewhere");
  run(interrupted);
  EXPECT_EQ(made_by(), "here");
}

TEST_F(Fallback, tells_an_extractor_what_it_noted_itself_and_nothing_else) {
  ClaimedTask task;
  task.note.extractor = "llamaparse";
  task.note.job = "pjb-1";
  std::string seen_elsewhere, seen_here = "nothing";
  remote.script = [&](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    seen_elsewhere = pages.noted().job;
    co_return fail(extractor_unavailable, "it cannot");
  };
  extractor.script = [&](PageSink& pages, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    seen_here = pages.noted().job;
    co_return ExtractionSummary();
  };

  run(task);

  EXPECT_EQ(seen_elsewhere, "pjb-1");
  EXPECT_EQ(seen_here, "");
}

TEST_F(Fallback, follows_the_wish_of_the_document_then_of_its_owner_then_the_order) {
  ClaimedTask task;
  task.owner_choice = ExtractorChoice::local;
  run(task);
  EXPECT_EQ(made_by(), "here");

  task.document.options.extractor = ExtractorChoice::llamaparse;
  run(task);
  EXPECT_EQ(made_by(), "elsewhere");

  task.document.options.extractor = ExtractorChoice::automatic;
  run(task);
  EXPECT_EQ(made_by(), "elsewhere");
}

TEST_F(Fallback, asks_nobody_else_when_one_extractor_was_asked_for) {
  ClaimedTask task;
  task.document.options.extractor = ExtractorChoice::llamaparse;
  remote.script = failing(extractor_refused);

  run(task);

  ASSERT_TRUE(ledger.failed);
  EXPECT_EQ(ledger.failed->code, "extractor_refused");
}

TEST_F(Fallback, refuses_a_wish_for_what_is_not_set_up) {
  ExtractionPlaces places(loop, 1, extractor);
  Extractors none_elsewhere({ExtractorChoice::local}, places, nullptr);
  ClaimedTask task;
  task.owner_choice = ExtractorChoice::llamaparse;

  auto who = none_elsewhere.those_for(task);

  ASSERT_FALSE(who);
  EXPECT_TRUE(who.error().is(extractor_refused));
  EXPECT_NE(who.error().message().find("LLAMA_CLOUD_API_KEY"), std::string::npos);
}

TEST_F(Fallback, abandons_the_work_elsewhere_when_a_client_cancels_but_not_when_the_service_stops) {
  ExtractionNote note;
  note.extractor = "llamaparse";
  note.job = "pjb-1";
  Script endless = [](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    co_await pause_for(std::chrono::hours(1));
    co_return ExtractionSummary();
  };
  remote.script = noting(note, endless);
  ledger.standing = LeaseStanding::cancel_requested;

  run();

  EXPECT_TRUE(ledger.cancelled);
  ASSERT_EQ(remote.abandoned.size(), 1u);
  EXPECT_EQ(remote.abandoned[0].job, "pjb-1");

  remote.abandoned.clear();
  ledger.standing = LeaseStanding::held;
  ledger.on_heartbeat = &stop;
  run();

  EXPECT_TRUE(ledger.handed_back);
  EXPECT_TRUE(remote.abandoned.empty());
}

TEST_F(Fallback, keeps_no_place_for_our_own_work_while_it_waits_for_others) {
  ExtractionPlaces places(loop, 1, extractor), elsewhere(loop, 1, remote);
  Extractors extractors(order, places, &elsewhere);
  bool free_meanwhile = false;
  remote.script = [&](PageSink&, std::vector<int>) -> Async<Result<ExtractionSummary>> {
    auto place = co_await places.take(UserId(1));
    free_meanwhile = true;
    co_return ExtractionSummary();
  };
  ProcessTask process(ledger, catalogue, files, board, clock, metrics, extractors, nullptr, stop, rules);
  boost::asio::co_spawn(loop, process(ClaimedTask()), boost::asio::detached);
  loop.run();

  EXPECT_TRUE(free_meanwhile);
}

}  // namespace
}  // namespace docquarry
