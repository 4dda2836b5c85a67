// What every TaskLedger must do: leases, fencing, retries, fairness. The stores are those of catalogue_contract.h.
#pragma once

#include "tests/contracts/catalogue_contract.h"

namespace docquarry::contracts {

template <class Stores>
class LedgerContract : public StoresTest<Stores> {
 protected:
  static inline const WorkerId other{"host/2/bbbb"};

  Timestamp now() { return this->stores.clock.now(); }
  void advance(std::chrono::microseconds by) { this->stores.clock.advance(by); }
  TaskLedger& ledger() { return this->stores.ledger(); }

  // A worker that was stalled until another one took its task over; the task is now leased to the other.
  ClaimedTask overtaken() {
    this->add();
    auto stalled = this->claim_one();
    advance(31s);
    if (this->claim(1, other).size() != 1) throw std::runtime_error("the task was not taken over");
    return stalled;
  }
  Failure failure(const ErrorCode& code) { return {std::string(code.name), "it went wrong", 3, code.retryable}; }
  Result<void> fail_with(const ClaimedTask& task, bool blames_child, std::optional<Timestamp> retry_at) {
    return this->run(ledger().record_failure(task.lease, failure(extractor_crashed), blames_child, retry_at, now()));
  }
  std::vector<std::string> claimed_names(int limit) {
    std::vector<std::string> names;
    for (const auto& task : this->claim(limit)) names.push_back(task.document.filename);
    return names;
  }
};
TYPED_TEST_SUITE_P(LedgerContract);

TYPED_TEST_P(LedgerContract, leases_a_waiting_task_with_all_a_worker_needs) {
  auto document = this->new_document("secret.pdf", UserId(3));
  document.options.password = "open sesame";
  document.options.pages = {{2, 3}};
  auto ticket = this->add(document);

  auto task = this->claim_one();

  EXPECT_EQ(task.lease.task, ticket.task);
  EXPECT_EQ(task.lease.document, ticket.document);
  EXPECT_EQ(task.lease.attempt, 1);
  EXPECT_EQ(task.lease.holder, this->worker);
  EXPECT_EQ(task.document.options, document.options);
  EXPECT_EQ(task.document.content, document.content);
  EXPECT_EQ(task.document.state, TaskState::processing);
  EXPECT_EQ(task.document.started_at, this->now());
  EXPECT_EQ(task.pages_saved, 0);
  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::processing);
  EXPECT_EQ(seen.attempt, 1);
  EXPECT_TRUE(seen.options.password.empty()) << "what people see never holds a password";
}

TYPED_TEST_P(LedgerContract, keeps_what_an_attempt_noted_for_the_next_one) {
  auto ticket = this->add();
  auto first = this->claim_one();
  EXPECT_EQ(first.note, ExtractionNote());
  ExtractionNote note{"llamaparse", "pjb-1", "dfl-1", "mark", "2026-01-02T03:04:05.000000Z"};
  must(this->run(this->ledger().note(first.lease, note)));
  EXPECT_EQ(this->find(ticket.document).extractor_job, "pjb-1");
  this->advance(31s);

  auto second = this->claim(1, this->other);

  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].note, note);
  auto late = this->run(this->ledger().note(first.lease, ExtractionNote()));
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().is(lease_lost));
}

TYPED_TEST_P(LedgerContract, keeps_who_was_asked_to_extract_and_what_it_cost) {
  auto document = this->new_document("a.pdf");
  document.options.extractor = ExtractorChoice::llamaparse;
  auto ticket = this->add(document);
  auto task = this->claim_one();
  EXPECT_EQ(task.document.options.extractor, ExtractorChoice::llamaparse);
  EXPECT_FALSE(task.owner_choice);
  ExtractionSummary summary;
  summary.extractor = "llamaparse-fast";
  summary.job = "pjb-1";
  summary.credits = 4.5;

  must(this->run(this->ledger().complete(task.lease, {this->page(1)}, summary, this->now())));

  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.extractor, "llamaparse-fast");
  EXPECT_EQ(seen.extractor_job, "pjb-1");
  EXPECT_EQ(seen.credits, 4.5);
}

TYPED_TEST_P(LedgerContract, gives_a_task_to_one_of_two_racing_workers) {
  for (int i = 0; i < 10; ++i) this->add();
  std::vector<Async<Result<Claim>>> works;
  for (int i = 0; i < 20; ++i)
    works.push_back(this->ledger().claim(i % 2 ? this->worker : this->other, this->now(), this->now() + 30s, 1, AttemptLimits()));

  std::set<TaskId> tasks;
  std::size_t claims = 0;
  for (auto& claimed : run_all(this->stores.loop(), std::move(works)))
    for (const auto& task : must(std::move(claimed)).tasks) {
      tasks.insert(task.lease.task);
      ++claims;
    }

  EXPECT_EQ(claims, 10u);
  EXPECT_EQ(tasks.size(), 10u);
}

TYPED_TEST_P(LedgerContract, claims_at_most_the_limit_and_nothing_when_nothing_is_due) {
  for (int i = 0; i < 3; ++i) this->add();

  EXPECT_EQ(this->claim(2).size(), 2u);
  EXPECT_EQ(this->claim(2).size(), 1u);
  EXPECT_EQ(this->claim(2).size(), 0u);
}

TYPED_TEST_P(LedgerContract, serves_owners_in_turn_so_that_a_backlog_starves_nobody) {
  for (int i = 0; i < 5; ++i) this->add("a" + std::to_string(i), UserId(1));
  EXPECT_EQ(this->claimed_names(2), Names({"a0", "a1"}));
  this->add("b0", UserId(2));
  this->add("b1", UserId(2));
  this->add("a5", UserId(1));
  this->add("c0", UserId(3));

  EXPECT_EQ(this->claimed_names(3), Names({"a2", "b0", "c0"}));
  EXPECT_EQ(this->claimed_names(10), Names({"a3", "b1", "a4", "a5"}));
}

TYPED_TEST_P(LedgerContract, does_not_punish_an_owner_for_what_was_served_long_ago) {
  for (int i = 0; i < 20; ++i) this->add("a", UserId(1));
  EXPECT_EQ(this->claim(20).size(), 20u);
  for (int i = 0; i < 3; ++i) this->add("b" + std::to_string(i), UserId(2));
  this->add("a", UserId(1));

  EXPECT_EQ(this->claimed_names(2), Names({"b0", "a"}));
}

TYPED_TEST_P(LedgerContract, takes_over_a_task_whose_lease_ran_out_and_counts_the_interruption) {
  this->add();
  auto first = this->claim_one();
  must(this->run(this->ledger().save_pages(first.lease, {this->page(1), this->page(2)}, 5, 5)));
  this->advance(29s);
  EXPECT_TRUE(this->claim().empty());
  this->advance(1s);

  auto second = this->claim(1, this->other);

  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].lease.task, first.lease.task);
  EXPECT_EQ(second[0].lease.attempt, 2);
  EXPECT_EQ(second[0].counts.interruptions, 1);
  EXPECT_EQ(second[0].counts.backend_failures, 0);
  EXPECT_EQ(second[0].pages_saved, 2);
  EXPECT_EQ(second[0].document.pages_expected, 5);
  EXPECT_EQ(must(this->run(this->ledger().saved_pages(first.lease.task))), std::vector<int>({1, 2}));
}

TYPED_TEST_P(LedgerContract, refuses_every_write_of_a_late_worker_and_changes_nothing) {
  auto late = this->overtaken();
  auto before = this->find(late.lease.document);

  auto& ledger = this->ledger();
  EXPECT_EQ(code_of(this->run(ledger.extend(late.lease, this->now() + 30s))), "lease_lost");
  EXPECT_EQ(code_of(this->run(ledger.save_pages(late.lease, {this->page(1)}, 9, 9))), "lease_lost");
  EXPECT_EQ(code_of(this->run(ledger.complete(late.lease, {this->page(1)}, this->summary(), this->now()))), "lease_lost");
  EXPECT_EQ(code_of(this->fail_with(late, false, std::nullopt)), "lease_lost");
  EXPECT_EQ(code_of(this->fail_with(late, true, this->now())), "lease_lost");
  EXPECT_EQ(code_of(this->run(ledger.hand_back(late.lease))), "lease_lost");
  EXPECT_EQ(code_of(this->run(ledger.confirm_cancel(late.lease, this->now()))), "lease_lost");

  auto after = this->find(late.lease.document);
  EXPECT_EQ(after.state, TaskState::processing);
  EXPECT_EQ(after.attempt, 2);
  EXPECT_EQ(after.pages_saved, before.pages_saved);
  EXPECT_EQ(after.pages_expected, before.pages_expected);
  EXPECT_EQ(after.page_count, before.page_count);
  EXPECT_FALSE(after.failure);
  EXPECT_TRUE(must(this->run(ledger.saved_pages(late.lease.task))).empty());
}

TYPED_TEST_P(LedgerContract, refuses_another_holder_with_the_right_attempt) {
  this->add();
  auto task = this->claim_one();
  Lease stolen = task.lease;
  stolen.holder = this->other;

  EXPECT_EQ(code_of(this->run(this->ledger().complete(stolen, {this->page(1)}, this->summary(), this->now()))), "lease_lost");
  EXPECT_EQ(this->find(task.lease.document).state, TaskState::processing);
}

TYPED_TEST_P(LedgerContract, refuses_an_earlier_attempt_of_the_same_holder) {
  this->add();
  auto first = this->claim_one();
  this->advance(31s);
  auto second = this->claim_one();

  EXPECT_EQ(code_of(this->run(this->ledger().save_pages(first.lease, {this->page(1)}, 1, 1))), "lease_lost");
  EXPECT_EQ(code_of(this->run(this->ledger().complete(first.lease, {this->page(1)}, this->summary(), this->now()))), "lease_lost");
  this->complete(second, {this->page(1)});
}

TYPED_TEST_P(LedgerContract, lets_a_lease_be_extended_while_it_is_the_newest) {
  this->add();
  auto task = this->claim_one();
  this->advance(20s);
  EXPECT_EQ(must(this->run(this->ledger().extend(task.lease, this->now() + 30s))), LeaseStanding::held);
  this->advance(20s);
  EXPECT_TRUE(this->claim(1, this->other).empty());
  this->advance(20s);

  // Run out, but nobody took it: the holder may go on.
  EXPECT_EQ(must(this->run(this->ledger().extend(task.lease, this->now() + 30s))), LeaseStanding::held);
  EXPECT_TRUE(this->claim(1, this->other).empty());
}

TYPED_TEST_P(LedgerContract, shows_saved_pages_at_once_and_keeps_the_first_version_of_a_page) {
  auto ticket = this->add();
  auto task = this->claim_one();
  must(this->run(this->ledger().save_pages(task.lease, {this->page(1, "first"), this->page(2)}, 4, 10)));
  must(this->run(this->ledger().save_pages(task.lease, {this->page(1, "second"), this->page(3)}, 4, 10)));

  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::processing);
  EXPECT_EQ(seen.pages_saved, 3);
  EXPECT_EQ(seen.pages_expected, 4);
  EXPECT_EQ(seen.page_count, 10);
  auto pages = must(this->run(this->stores.catalogue().pages(ticket.task, PageRange(), PageParts{.text = true}, 10)));
  ASSERT_EQ(pages.size(), 3u);
  EXPECT_EQ(pages[0].text, "first");
}

TYPED_TEST_P(LedgerContract, completes_with_the_last_pages_and_the_facts_together) {
  auto document = this->new_document();
  document.options.password = "open sesame";
  auto ticket = this->add(document);
  auto task = this->claim_one();
  must(this->run(this->ledger().save_pages(task.lease, {this->page(1)}, 2, 2)));
  this->advance(2s);
  ExtractionSummary summary = this->summary(2);
  summary.partial = true;

  must(this->run(this->ledger().complete(task.lease, {this->page(2)}, summary, this->now())));

  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::completed);
  EXPECT_EQ(seen.completed_at, this->now());
  EXPECT_EQ(seen.page_count, 2);
  EXPECT_EQ(seen.pages_saved, 2);
  EXPECT_EQ(seen.pages_expected, 2);
  EXPECT_EQ(seen.extraction_seconds, 0.25);
  EXPECT_EQ(seen.extractor, "pdfium-1");
  EXPECT_TRUE(seen.partial);
  EXPECT_FALSE(seen.failure);
  EXPECT_EQ(must(this->run(this->stores.catalogue().facts(ticket.task))).page_count, 2);
  // Final is final.
  EXPECT_EQ(code_of(this->run(this->ledger().complete(task.lease, {}, summary, this->now()))), "lease_lost");
  EXPECT_EQ(code_of(this->fail_with(task, false, std::nullopt)), "lease_lost");
  this->advance(1h);
  EXPECT_TRUE(this->claim().empty());
}

TYPED_TEST_P(LedgerContract, tries_again_when_the_time_has_come_and_not_before) {
  auto ticket = this->add();
  auto task = this->claim_one();
  must(this->fail_with(task, false, this->now() + 10s));

  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::pending);
  EXPECT_FALSE(seen.failure) << "a task that will be tried again has not failed";
  EXPECT_FALSE(seen.completed_at);
  EXPECT_EQ(must(this->run(this->ledger().next_due())), this->now() + 10s);
  this->advance(9s);
  EXPECT_TRUE(this->claim().empty());
  this->advance(1s);
  auto again = this->claim_one();
  EXPECT_EQ(again.lease.attempt, 2);
  EXPECT_EQ(again.counts.backend_failures, 1);
  EXPECT_EQ(again.counts.child_failures, 0);
  EXPECT_EQ(again.counts.interruptions, 0);
  must(this->fail_with(again, true, this->now()));
  auto third = this->claim_one();
  EXPECT_EQ(third.counts.backend_failures, 1);
  EXPECT_EQ(third.counts.child_failures, 1);
}

TYPED_TEST_P(LedgerContract, ends_a_task_that_is_given_up_and_says_why) {
  auto ticket = this->add();
  must(this->fail_with(this->claim_one(), true, std::nullopt));

  auto seen = this->find(ticket.document);

  EXPECT_EQ(seen.state, TaskState::failed);
  EXPECT_EQ(seen.completed_at, this->now());
  ASSERT_TRUE(seen.failure);
  EXPECT_EQ(seen.failure->code, "extractor_crashed");
  EXPECT_EQ(seen.failure->message, "it went wrong");
  EXPECT_EQ(seen.failure->page, 3);
  EXPECT_TRUE(seen.failure->retryable);
  this->advance(1h);
  EXPECT_TRUE(this->claim().empty());
}

TYPED_TEST_P(LedgerContract, forgets_the_failure_of_an_earlier_attempt_when_a_later_one_succeeds) {
  auto ticket = this->add();
  must(this->fail_with(this->claim_one(), false, this->now()));
  this->complete(this->claim_one(), {this->page(1)});

  EXPECT_FALSE(this->find(ticket.document).failure);
}

TYPED_TEST_P(LedgerContract, hands_a_task_back_without_charging_anybody) {
  this->add();
  auto task = this->claim_one();
  must(this->run(this->ledger().hand_back(task.lease)));

  auto again = this->claim(1, this->other);

  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].lease.attempt, 2);
  EXPECT_EQ(again[0].counts.interruptions + again[0].counts.backend_failures + again[0].counts.child_failures, 0);
}

TYPED_TEST_P(LedgerContract, gives_up_a_task_that_was_interrupted_too_often) {
  auto ticket = this->add();
  AttemptLimits limits{.interruptions = 2};
  for (int attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_EQ(this->claim(1, this->worker, limits).size(), 1u) << attempt;
    EXPECT_TRUE(this->ended_by_claim.empty()) << attempt;
    this->advance(30s);
  }

  EXPECT_TRUE(this->claim(1, this->worker, limits).empty());

  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::failed);
  ASSERT_TRUE(seen.failure);
  EXPECT_EQ(seen.failure->code, "attempts_exhausted");
  EXPECT_TRUE(seen.completed_at);
}

TYPED_TEST_P(LedgerContract, names_once_each_task_that_a_claim_ended_and_no_other) {
  AttemptLimits limits{.interruptions = 0};
  auto exhausted = this->add("exhausted");
  auto cancelled = this->add("cancelled");
  auto handed_back = this->add("handed back");
  auto tasks = this->claim(3, this->worker, limits);
  must(this->run(this->ledger().request_cancel(cancelled.document, this->now())));
  must(this->run(this->ledger().hand_back(tasks.at(2).lease)));
  this->advance(31s);

  auto again = this->claim(3, this->other, limits);

  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].lease.document, handed_back.document);
  std::set<DocumentId> ended(this->ended_by_claim.begin(), this->ended_by_claim.end());
  EXPECT_EQ(ended, std::set<DocumentId>({exhausted.document, cancelled.document}));
  EXPECT_EQ(this->ended_by_claim.size(), 2u);
  this->claim(3, this->other, limits);
  EXPECT_TRUE(this->ended_by_claim.empty());
}

TYPED_TEST_P(LedgerContract, cancels_a_waiting_task_at_once) {
  auto ticket = this->add();

  EXPECT_EQ(must(this->run(this->ledger().request_cancel(ticket.document, this->now()))), TaskState::cancelled);

  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::cancelled);
  EXPECT_EQ(seen.completed_at, this->now());
  ASSERT_TRUE(seen.failure);
  EXPECT_EQ(seen.failure->code, "task_cancelled");
  EXPECT_TRUE(this->claim().empty());
  EXPECT_EQ(code_of(this->run(this->ledger().request_cancel(ticket.document, this->now()))), "already_finished");
  EXPECT_EQ(code_of(this->run(this->ledger().request_cancel(DocumentId(99), this->now()))), "document_not_found");
}

TYPED_TEST_P(LedgerContract, tells_a_running_worker_to_cancel_at_its_next_heartbeat) {
  auto ticket = this->add();
  auto task = this->claim_one();

  EXPECT_EQ(must(this->run(this->ledger().request_cancel(ticket.document, this->now()))), TaskState::processing);
  EXPECT_EQ(must(this->run(this->ledger().request_cancel(ticket.document, this->now()))), TaskState::processing);
  EXPECT_EQ(must(this->run(this->ledger().extend(task.lease, this->now() + 30s))), LeaseStanding::cancel_requested);
  must(this->run(this->ledger().confirm_cancel(task.lease, this->now())));

  EXPECT_EQ(this->find(ticket.document).state, TaskState::cancelled);
}

TYPED_TEST_P(LedgerContract, cancels_a_task_whose_worker_died_stopped_or_failed_before_it_was_told) {
  auto died = this->add();
  this->claim_one();
  must(this->run(this->ledger().request_cancel(died.document, this->now())));
  this->advance(31s);
  EXPECT_TRUE(this->claim().empty());
  EXPECT_EQ(this->find(died.document).state, TaskState::cancelled);

  auto stopped = this->add();
  auto task = this->claim_one();
  must(this->run(this->ledger().request_cancel(stopped.document, this->now())));
  must(this->run(this->ledger().hand_back(task.lease)));
  EXPECT_TRUE(this->claim().empty());
  EXPECT_EQ(this->find(stopped.document).state, TaskState::cancelled);

  auto failed = this->add();
  task = this->claim_one();
  must(this->run(this->ledger().request_cancel(failed.document, this->now())));
  must(this->fail_with(task, false, this->now()));
  EXPECT_EQ(this->find(failed.document).state, TaskState::cancelled);
}

TYPED_TEST_P(LedgerContract, starts_an_ended_document_again_with_a_new_task) {
  auto ticket = this->add();
  this->complete(this->claim_one(), {this->page(1, "old")});
  this->advance(5s);
  ExtractionOptions options;
  options.pages = {{1, 2}};

  auto again = must(this->run(this->ledger().start_again(ticket.document, options, this->now())));

  EXPECT_EQ(again.document, ticket.document);
  EXPECT_GT(again.task, ticket.task);
  EXPECT_EQ(again.uid, ticket.uid);
  auto seen = this->find(ticket.document);
  EXPECT_EQ(seen.state, TaskState::pending);
  EXPECT_EQ(seen.generation, 2);
  EXPECT_EQ(seen.options, options);
  EXPECT_EQ(seen.created_at, ticket.created_at);
  EXPECT_FALSE(seen.started_at || seen.completed_at || seen.page_count || seen.extraction_seconds);
  auto task = this->claim_one();
  EXPECT_EQ(task.lease.task, again.task);
  this->complete(task, {this->page(1, "new")});
  EXPECT_TRUE(must(this->run(this->stores.catalogue().pages(ticket.task, PageRange(), PageParts(), 10))).empty());
  auto pages = must(this->run(this->stores.catalogue().pages(again.task, PageRange(), PageParts{.text = true}, 10)));
  EXPECT_EQ(pages.at(0).text, "new");
}

TYPED_TEST_P(LedgerContract, starts_again_only_what_has_ended) {
  auto ticket = this->add();
  EXPECT_EQ(code_of(this->run(this->ledger().start_again(ticket.document, {}, this->now()))), "not_finished");
  this->claim_one();
  EXPECT_EQ(code_of(this->run(this->ledger().start_again(ticket.document, {}, this->now()))), "not_finished");
  EXPECT_EQ(code_of(this->run(this->ledger().start_again(DocumentId(99), {}, this->now()))), "document_not_found");
  EXPECT_EQ(this->find(ticket.document).generation, 1);
}

TYPED_TEST_P(LedgerContract, loses_the_lease_when_the_document_is_deleted) {
  auto ticket = this->add();
  auto task = this->claim_one();
  must(this->run(this->stores.catalogue().remove(ticket.document)));

  EXPECT_EQ(code_of(this->run(this->ledger().extend(task.lease, this->now() + 30s))), "lease_lost");
  EXPECT_EQ(code_of(this->run(this->ledger().save_pages(task.lease, {this->page(1)}, 1, 1))), "lease_lost");
  EXPECT_EQ(code_of(this->run(this->ledger().complete(task.lease, {this->page(1)}, this->summary(), this->now()))), "lease_lost");
}

TYPED_TEST_P(LedgerContract, announces_again_what_was_announced_long_ago_and_is_still_due) {
  auto waiting = this->add("waiting");
  auto retried = this->add("retried");
  auto expired = this->add("expired");
  auto tasks = this->claim(3);
  must(this->run(this->ledger().hand_back(tasks[0].lease)));
  must(this->fail_with(tasks[1], false, this->now() + 20s));
  auto take = [&] { return must(this->run(this->ledger().take_unannounced(this->now(), this->now() - 15s, 10))); };
  EXPECT_TRUE(take().empty());

  this->advance(16s);
  auto first = take();
  this->advance(15s);
  auto second = take();

  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].document, waiting.document);
  EXPECT_EQ(first[0].uid, waiting.uid);
  EXPECT_EQ(first[0].content, waiting.content);
  EXPECT_EQ(first[0].filename, "waiting");
  EXPECT_EQ(first[0].created_at, waiting.created_at);
  std::set<DocumentId> due;
  for (const auto& ticket : second) due.insert(ticket.document);
  EXPECT_EQ(due, std::set<DocumentId>({retried.document, expired.document}));
  EXPECT_TRUE(take().empty());
}

TYPED_TEST_P(LedgerContract, says_when_it_must_be_looked_at_again) {
  EXPECT_EQ(must(this->run(this->ledger().next_due())), std::nullopt);
  this->add();
  EXPECT_EQ(must(this->run(this->ledger().next_due())), std::nullopt);
  this->add();
  auto tasks = this->claim(2);
  EXPECT_EQ(must(this->run(this->ledger().next_due())), this->now() + 30s);
  must(this->fail_with(tasks[0], false, this->now() + 5s));

  EXPECT_EQ(must(this->run(this->ledger().next_due())), this->now() + 5s);
}

TYPED_TEST_P(LedgerContract, frees_all_that_a_dead_process_held) {
  for (int i = 0; i < 3; ++i) this->add();
  auto tasks = this->claim(2);
  this->stores.reopen();

  EXPECT_EQ(must(this->run(this->ledger().expire_all_leases(this->now()))), 2);

  EXPECT_EQ(must(this->run(this->ledger().next_due())), this->now());
  auto again = this->claim(10, this->other);
  EXPECT_EQ(again.size(), 3u);
  EXPECT_EQ(code_of(this->run(this->ledger().extend(tasks[0].lease, this->now() + 30s))), "lease_lost");
}

TYPED_TEST_P(LedgerContract, counts_waiting_tasks) {
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 0);
  for (int i = 0; i < 3; ++i) this->add();
  auto task = this->claim_one();
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 2);
  must(this->fail_with(task, false, this->now() + 1h));

  EXPECT_EQ(must(this->run(this->ledger().waiting())), 3);
  this->advance(2h);
  auto all = this->claim(3);
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 0);
  must(this->run(this->ledger().hand_back(all[0].lease)));
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 1);
  must(this->run(this->stores.catalogue().remove(all[0].lease.document)));
  must(this->run(this->stores.catalogue().remove(all[1].lease.document)));
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 0);
  this->complete(all[2], {});
  must(this->run(this->ledger().start_again(all[2].lease.document, {}, this->now())));
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 1);
  must(this->run(this->ledger().request_cancel(all[2].lease.document, this->now())));
  EXPECT_EQ(must(this->run(this->ledger().waiting())), 0);
}

REGISTER_TYPED_TEST_SUITE_P(
    LedgerContract, leases_a_waiting_task_with_all_a_worker_needs, keeps_what_an_attempt_noted_for_the_next_one,
    keeps_who_was_asked_to_extract_and_what_it_cost, gives_a_task_to_one_of_two_racing_workers,
    claims_at_most_the_limit_and_nothing_when_nothing_is_due, serves_owners_in_turn_so_that_a_backlog_starves_nobody,
    does_not_punish_an_owner_for_what_was_served_long_ago, takes_over_a_task_whose_lease_ran_out_and_counts_the_interruption,
    refuses_every_write_of_a_late_worker_and_changes_nothing, refuses_another_holder_with_the_right_attempt,
    refuses_an_earlier_attempt_of_the_same_holder, lets_a_lease_be_extended_while_it_is_the_newest,
    shows_saved_pages_at_once_and_keeps_the_first_version_of_a_page, completes_with_the_last_pages_and_the_facts_together,
    tries_again_when_the_time_has_come_and_not_before, ends_a_task_that_is_given_up_and_says_why,
    forgets_the_failure_of_an_earlier_attempt_when_a_later_one_succeeds, hands_a_task_back_without_charging_anybody,
    gives_up_a_task_that_was_interrupted_too_often, names_once_each_task_that_a_claim_ended_and_no_other,
    cancels_a_waiting_task_at_once, tells_a_running_worker_to_cancel_at_its_next_heartbeat,
    cancels_a_task_whose_worker_died_stopped_or_failed_before_it_was_told, starts_an_ended_document_again_with_a_new_task,
    starts_again_only_what_has_ended, loses_the_lease_when_the_document_is_deleted,
    announces_again_what_was_announced_long_ago_and_is_still_due, says_when_it_must_be_looked_at_again,
    frees_all_that_a_dead_process_held, counts_waiting_tasks);

}  // namespace docquarry::contracts
