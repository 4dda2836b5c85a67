// What every ProgressBoard, RateLimiter and ResultCache must do. A board may remember nothing (its readers then ask SQL); what one that
// remembers must do besides is the suite RememberingBoardContract.
//
// A driver's test instantiates the suites with a type that has: board(), limiter(), cache(), loop() and clock (a ManualClock).
#pragma once

#include "base/signal.h"
#include "ports/live_state.h"
#include "tests/contracts/run.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace docquarry::contracts {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;

template <class Fixture>
class LiveStateTest : public testing::Test {
 protected:
  template <class T>
  T run(Async<T> work) {
    return contracts::run(stores.loop(), std::move(work));
  }

  Fixture stores;
};

// ---- ProgressBoard -----------------------------------------------------------------------------------------------------------------

template <class Fixture>
class ProgressBoardContract : public LiveStateTest<Fixture> {
 protected:
  static inline const DocumentId document{7};

  static Standing standing(TaskState state, int pages_done = 0, int attempt = 1, int generation = 1) {
    Standing standing;
    standing.document = document;
    standing.filename = "a.pdf";
    standing.state = state;
    standing.attempt = attempt;
    standing.generation = generation;
    standing.pages_done = pages_done;
    standing.pages_total = 10;
    return standing;
  }
  void post(Standing standing) {
    contracts::run(this->stores.loop(), this->stores.board().post(std::move(standing)));
    this->stores.clock.advance(1ms);
  }
  std::optional<Standing> latest() { return this->run(this->stores.board().latest(document)); }
  std::unique_ptr<EventFeed> watch(std::uint64_t after = 0) { return must(this->run(this->stores.board().watch(document, after))); }
  ProgressEvent next(EventFeed& feed) { return must(this->run(feed.next())); }
  // Reads events until one is final.
  std::vector<int> pages_until_final(EventFeed& feed) {
    std::vector<int> pages;
    while (true) {
      auto event = next(feed);
      pages.push_back(event.standing.pages_done);
      if (is_final(event.standing.state)) return pages;
    }
  }
};
TYPED_TEST_SUITE_P(ProgressBoardContract);

TYPED_TEST_P(ProgressBoardContract, numbers_events_by_the_clock_so_that_they_grow_over_restarts) {
  this->post(this->standing(TaskState::pending));
  auto feed = this->watch();
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(this->stores.clock.now().time_since_epoch()).count();

  auto number = this->next(*feed).number;

  EXPECT_GE(number, std::uint64_t(now) - 1);
  EXPECT_LE(number, std::uint64_t(now) + 1000);
}

TYPED_TEST_P(ProgressBoardContract, wakes_every_watcher) {
  std::vector<std::unique_ptr<EventFeed>> feeds;
  int woken = 0;
  Signal all_woken(this->stores.loop());
  auto wait = [&](EventFeed& feed) -> Async<void> {
    auto event = must(co_await feed.next());
    if (event.standing.state == TaskState::completed) ++woken;
    if (woken == 100) all_woken.raise();
  };
  auto finish = [&]() -> Async<void> {
    for (int i = 0; i < 100; ++i) {
      feeds.push_back(must(co_await this->stores.board().watch(this->document, 0)));
      boost::asio::co_spawn(this->stores.loop(), wait(*feeds.back()), boost::asio::detached);
    }
    co_await pause_for(10ms);
    co_await this->stores.board().post(this->standing(TaskState::completed));
    co_await (all_woken.wait() || pause_for(10s));
  };

  contracts::run(this->stores.loop(), finish());

  EXPECT_EQ(woken, 100);
}

TYPED_TEST_P(ProgressBoardContract, may_skip_events_for_a_slow_reader_but_never_the_last) {
  auto slow = this->watch();
  for (int pages = 1; pages <= 500; ++pages) this->post(this->standing(TaskState::processing, pages));
  this->post(this->standing(TaskState::completed, 500));

  auto pages = this->pages_until_final(*slow);

  EXPECT_TRUE(std::is_sorted(pages.begin(), pages.end()));
  EXPECT_EQ(pages.back(), 500);
}

TYPED_TEST_P(ProgressBoardContract, ends_a_feed_when_its_reader_is_cancelled) {
  auto feed = this->watch();
  EXPECT_FALSE(this->run(with_timeout(20ms, feed->next())));
  this->post(this->standing(TaskState::completed));

  EXPECT_EQ(this->next(*feed).standing.state, TaskState::completed);
}

TYPED_TEST_P(ProgressBoardContract, forgets_a_document_and_tells_its_watchers) {
  this->post(this->standing(TaskState::processing, 3));
  auto feed = this->watch();
  this->next(*feed);
  contracts::run(this->stores.loop(), this->stores.board().forget(this->document));

  EXPECT_FALSE(this->latest());
  EXPECT_EQ(code_of(this->run(feed->next())), "document_not_found");
}

TYPED_TEST_P(ProgressBoardContract, never_tells_a_watcher_of_something_older) {
  auto feed = this->watch();
  this->post(this->standing(TaskState::processing, 5, 2));
  EXPECT_EQ(this->next(*feed).standing.pages_done, 5);
  this->post(this->standing(TaskState::processing, 4, 2));
  this->post(this->standing(TaskState::processing, 9, 1));
  this->post(this->standing(TaskState::completed, 10, 2));

  auto event = this->next(*feed);

  EXPECT_EQ(event.standing.state, TaskState::completed);
  EXPECT_EQ(event.standing.attempt, 2);
}

TYPED_TEST_P(ProgressBoardContract, tells_of_a_task_that_goes_back_to_waiting_and_of_one_that_begins_again) {
  auto feed = this->watch();
  this->post(this->standing(TaskState::processing, 3, 1));
  EXPECT_EQ(this->next(*feed).standing.state, TaskState::processing);
  this->post(this->standing(TaskState::pending, 3, 1));
  EXPECT_EQ(this->next(*feed).standing.state, TaskState::pending);
  this->post(this->standing(TaskState::failed, 3, 2));
  EXPECT_EQ(this->next(*feed).standing.state, TaskState::failed);
  this->post(this->standing(TaskState::pending, 0, 0, 2));

  EXPECT_EQ(this->next(*feed).standing.generation, 2);
}

TYPED_TEST_P(ProgressBoardContract, numbers_the_events_of_a_watcher_that_comes_back_above_the_last_it_saw) {
  this->post(this->standing(TaskState::processing, 1));
  auto feed = this->watch();
  auto first = this->next(*feed);
  feed.reset();
  this->post(this->standing(TaskState::processing, 2));

  auto resumed = this->watch(first.number);

  auto second = this->next(*resumed);
  EXPECT_EQ(second.standing.pages_done, 2);
  EXPECT_GT(second.number, first.number);
}

REGISTER_TYPED_TEST_SUITE_P(ProgressBoardContract, numbers_events_by_the_clock_so_that_they_grow_over_restarts, wakes_every_watcher,
                            may_skip_events_for_a_slow_reader_but_never_the_last, ends_a_feed_when_its_reader_is_cancelled,
                            forgets_a_document_and_tells_its_watchers, never_tells_a_watcher_of_something_older,
                            tells_of_a_task_that_goes_back_to_waiting_and_of_one_that_begins_again,
                            numbers_the_events_of_a_watcher_that_comes_back_above_the_last_it_saw);

// ---- ProgressBoard that remembers --------------------------------------------------------------------------------------------------

template <class Fixture>
class RememberingBoardContract : public ProgressBoardContract<Fixture> {};
TYPED_TEST_SUITE_P(RememberingBoardContract);

TYPED_TEST_P(RememberingBoardContract, shows_the_latest_standing) {
  EXPECT_FALSE(this->latest());
  auto posted = this->standing(TaskState::processing, 3);
  posted.failure = Failure{"x", "y", 2, true};
  posted.seconds_left = 1.5;
  posted.uid = Uid("u");
  posted.owner = UserId(4);
  posted.started_at = this->stores.clock.now();

  this->post(posted);

  auto seen = this->latest();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->pages_done, 3);
  EXPECT_EQ(seen->pages_total, 10);
  EXPECT_EQ(seen->filename, "a.pdf");
  EXPECT_EQ(seen->uid, posted.uid);
  EXPECT_EQ(seen->owner, posted.owner);
  EXPECT_EQ(seen->started_at, posted.started_at);
  EXPECT_EQ(seen->failure->message, "y");
  EXPECT_EQ(seen->seconds_left, 1.5);
}

TYPED_TEST_P(RememberingBoardContract, drops_what_is_older_so_that_progress_never_falls) {
  this->post(this->standing(TaskState::processing, 5, 2));
  this->post(this->standing(TaskState::processing, 4, 2));
  this->post(this->standing(TaskState::processing, 9, 1));
  EXPECT_EQ(this->latest()->pages_done, 5);

  this->post(this->standing(TaskState::completed, 10, 2));
  this->post(this->standing(TaskState::processing, 10, 3));
  this->post(this->standing(TaskState::failed, 10, 3));
  EXPECT_EQ(this->latest()->state, TaskState::completed);

  this->post(this->standing(TaskState::pending, 0, 0, 2));
  EXPECT_EQ(this->latest()->state, TaskState::pending);
  this->post(this->standing(TaskState::completed, 10, 9, 1));
  EXPECT_EQ(this->latest()->generation, 2);
}

TYPED_TEST_P(RememberingBoardContract, follows_a_task_that_goes_back_to_waiting) {
  this->post(this->standing(TaskState::processing, 3, 1));
  this->post(this->standing(TaskState::pending, 3, 1));

  EXPECT_EQ(this->latest()->state, TaskState::pending);
}

TYPED_TEST_P(RememberingBoardContract, tells_a_watcher_everything_from_a_number_onwards) {
  for (int pages = 1; pages <= 3; ++pages) this->post(this->standing(TaskState::processing, pages));
  auto all = this->watch();
  auto first = this->next(*all);
  auto second = this->next(*all);
  EXPECT_EQ(first.standing.pages_done, 1);
  EXPECT_LT(first.number, second.number);

  auto resumed = this->watch(first.number);
  EXPECT_EQ(this->next(*resumed).standing.pages_done, 2);
  EXPECT_EQ(this->next(*resumed).standing.pages_done, 3);
}

REGISTER_TYPED_TEST_SUITE_P(RememberingBoardContract, shows_the_latest_standing, drops_what_is_older_so_that_progress_never_falls,
                            follows_a_task_that_goes_back_to_waiting, tells_a_watcher_everything_from_a_number_onwards);

// ---- RateLimiter -------------------------------------------------------------------------------------------------------------------

template <class Fixture>
class RateLimiterContract : public LiveStateTest<Fixture> {
 protected:
  RateVerdict admit(std::string key = "alice", int requests = 3) {
    return this->run(this->stores.limiter().admit(std::move(key), RateRule{"upload", requests, 60s}));
  }
};
TYPED_TEST_SUITE_P(RateLimiterContract);

TYPED_TEST_P(RateLimiterContract, admits_as_many_as_the_rule_says_and_says_how_many_are_left) {
  auto first = this->admit();
  EXPECT_TRUE(first.admitted);
  EXPECT_EQ(first.limit, 3);
  EXPECT_EQ(first.remaining, 2);
  EXPECT_EQ(first.reset, 60s);
  EXPECT_EQ(first.retry_after, 0s);
  this->admit();
  EXPECT_EQ(this->admit().remaining, 0);

  auto refused = this->admit();

  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after, 60s);
}

TYPED_TEST_P(RateLimiterContract, slides_so_that_each_request_frees_its_place_after_a_window) {
  for (int i = 0; i < 3; ++i) {
    this->admit();
    this->stores.clock.advance(10s);
  }
  EXPECT_EQ(this->admit().retry_after, 30s);  // the first was 30 s ago
  this->stores.clock.advance(29500ms);
  EXPECT_EQ(this->admit().retry_after, 1s);
  this->stores.clock.advance(500ms);

  EXPECT_TRUE(this->admit().admitted);
  EXPECT_FALSE(this->admit().admitted);
}

TYPED_TEST_P(RateLimiterContract, does_not_count_refused_requests) {
  for (int i = 0; i < 50; ++i) {
    this->admit();
    this->stores.clock.advance(1s);
  }
  this->stores.clock.advance(10s);  // 60 s after the first

  EXPECT_TRUE(this->admit().admitted);
}

TYPED_TEST_P(RateLimiterContract, counts_keys_and_rules_apart) {
  for (int i = 0; i < 3; ++i) this->admit("alice");

  EXPECT_FALSE(this->admit("alice").admitted);
  EXPECT_TRUE(this->admit("bob").admitted);
  EXPECT_TRUE(this->run(this->stores.limiter().admit("alice", RateRule{"other", 3, 60s})).admitted);
}

TYPED_TEST_P(RateLimiterContract, refuses_everything_when_nothing_is_allowed) {
  auto verdict = this->admit("alice", 0);
  EXPECT_FALSE(verdict.admitted);
  EXPECT_GE(verdict.retry_after, 1s);
}

REGISTER_TYPED_TEST_SUITE_P(RateLimiterContract, admits_as_many_as_the_rule_says_and_says_how_many_are_left,
                            slides_so_that_each_request_frees_its_place_after_a_window, does_not_count_refused_requests,
                            counts_keys_and_rules_apart, refuses_everything_when_nothing_is_allowed);

// ---- ResultCache -------------------------------------------------------------------------------------------------------------------

template <class Fixture>
class ResultCacheContract : public LiveStateTest<Fixture> {
 protected:
  void put(std::string key, std::string value, std::chrono::seconds time_to_live = 60s) {
    contracts::run(this->stores.loop(), this->stores.cache().put(std::move(key), std::move(value), time_to_live));
  }
  std::optional<std::string> get(std::string key) { return this->run(this->stores.cache().get(std::move(key))); }
};
TYPED_TEST_SUITE_P(ResultCacheContract);

TYPED_TEST_P(ResultCacheContract, gives_back_the_last_value_until_its_time_is_over) {
  EXPECT_FALSE(this->get("a"));
  this->put("a", "1");
  this->put("a", std::string("2\0x", 3));
  EXPECT_EQ(this->get("a"), std::string("2\0x", 3));
  this->stores.clock.advance(59s);
  EXPECT_TRUE(this->get("a"));
  this->stores.clock.advance(1s);

  EXPECT_FALSE(this->get("a"));
}

TYPED_TEST_P(ResultCacheContract, forgets_what_is_removed) {
  this->put("a", "1");
  this->put("b", "2");
  contracts::run(this->stores.loop(), this->stores.cache().remove("a"));
  contracts::run(this->stores.loop(), this->stores.cache().remove("never there"));

  EXPECT_FALSE(this->get("a"));
  EXPECT_EQ(this->get("b"), "2");
}

REGISTER_TYPED_TEST_SUITE_P(ResultCacheContract, gives_back_the_last_value_until_its_time_is_over, forgets_what_is_removed);

}  // namespace docquarry::contracts
