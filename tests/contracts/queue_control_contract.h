// What every QueueControl must do. The stores are those of catalogue_contract.h and have control() besides.
#pragma once

#include "ports/queue_control.h"
#include "tests/contracts/catalogue_contract.h"

namespace docquarry::contracts {

template <class Stores>
class QueueControlContract : public StoresTest<Stores> {
 protected:
  void turn_on(Switch which) { must(this->run(this->stores.control().turn_on(which, this->stores.clock.now()))); }
  void turn_off(Switch which) { must(this->run(this->stores.control().turn_off(which))); }
  QueueOverview overview(int most_tasks = 100) {
    return must(this->run(this->stores.control().overview(this->stores.clock.now(), most_tasks)));
  }
  void fail_task(const ClaimedTask& task, bool retryable, std::optional<Timestamp> retry_at = {}) {
    Failure failure{"extractor_crashed", "it went wrong", 0, retryable};
    must(this->run(this->stores.ledger().record_failure(task.lease, std::move(failure), true, retry_at, this->stores.clock.now())));
  }
};
TYPED_TEST_SUITE_P(QueueControlContract);

TYPED_TEST_P(QueueControlContract, lets_nobody_claim_while_paused_and_whoever_runs_go_on) {
  this->add("runs.pdf");
  this->add("waits.pdf");
  auto running = this->claim_one();
  this->turn_on(Switch::paused);

  EXPECT_TRUE(this->claim().empty());
  must(this->run(this->stores.ledger().extend(running.lease, this->stores.clock.now() + 30s)));
  this->complete(running, {this->page(1)});
  EXPECT_TRUE(this->claim().empty());
  this->add("comes.pdf");
  EXPECT_TRUE(this->claim().empty());
  this->turn_off(Switch::paused);

  EXPECT_EQ(this->claim(10).size(), 2u);
}

TYPED_TEST_P(QueueControlContract, takes_over_from_nobody_while_paused) {
  this->add();
  auto dead = this->claim_one();
  this->turn_on(Switch::paused);
  this->stores.clock.advance(31s);

  EXPECT_TRUE(this->claim().empty());
  EXPECT_EQ(this->overview().waiting, 1);
  EXPECT_EQ(this->overview().running, 0);
  this->turn_off(Switch::paused);
  EXPECT_EQ(this->claim_one().lease.task, dead.lease.task);
}

TYPED_TEST_P(QueueControlContract, keeps_switches_over_a_restart_with_the_time_they_were_first_turned) {
  auto first = this->stores.clock.now();
  this->turn_on(Switch::paused);
  this->stores.clock.advance(5s);
  this->turn_on(Switch::paused);
  this->turn_on(Switch::read_only);
  this->stores.reopen();

  EXPECT_EQ(this->overview().paused_since, first);
  EXPECT_EQ(this->overview().read_only_since, first + 5s);
  this->turn_off(Switch::paused);
  this->turn_off(Switch::paused);
  EXPECT_FALSE(this->overview().paused_since);
  EXPECT_TRUE(this->overview().read_only_since);
}

TYPED_TEST_P(QueueControlContract, refuses_every_change_of_clients_while_read_only_and_changes_nothing) {
  auto done = this->add("done.pdf");
  this->complete(this->claim_one(), {this->page(1)});
  auto waiting = this->add("waiting.pdf");
  must(this->run(this->stores.users().add("known@example.org", std::string(32, 'k'), this->stores.clock.now())));
  this->turn_on(Switch::read_only);
  auto now = this->stores.clock.now();

  std::vector<NewDocument> documents{this->new_document("new.pdf", UserId(77))};
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().add(std::move(documents), true, std::nullopt))), "read_only");
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().remove(done.document))), "read_only");
  EXPECT_EQ(code_of(this->run(this->stores.ledger().start_again(done.document, {}, now))), "read_only");
  EXPECT_EQ(code_of(this->run(this->stores.ledger().request_cancel(waiting.document, now))), "read_only");
  EXPECT_EQ(code_of(this->run(this->stores.users().add("new@example.org", std::string(32, 'n'), now))), "read_only");

  EXPECT_EQ(must(this->run(this->stores.catalogue().count({}))), 2);
  EXPECT_EQ(this->find(done.document).generation, 1);
  EXPECT_EQ(this->find(waiting.document).state, TaskState::pending);
  EXPECT_EQ(code_of(this->run(this->stores.users().find(UserId(77)))), "user_not_found");
  this->turn_off(Switch::read_only);
  must(this->run(this->stores.catalogue().remove(done.document)));
}

TYPED_TEST_P(QueueControlContract, lets_workers_go_on_while_read_only) {
  auto ticket = this->add();
  this->turn_on(Switch::read_only);

  this->complete(this->claim_one(), {this->page(1)});

  EXPECT_EQ(this->find(ticket.document).state, TaskState::completed);
}

TYPED_TEST_P(QueueControlContract, shows_what_waits_what_runs_and_what_failed) {
  auto oldest = this->stores.clock.now();
  for (int i = 0; i < 6; ++i) this->add("f" + std::to_string(i) + ".pdf");
  auto tasks = this->claim(4);
  auto began = this->stores.clock.now();
  this->fail_task(tasks[0], true);
  this->fail_task(tasks[1], false);
  this->fail_task(tasks[2], true, began + 1h);
  must(this->run(this->stores.ledger().save_pages(tasks[3].lease, {this->page(1)}, 5, 5)));
  this->stores.clock.advance(10s);

  auto seen = this->overview();

  EXPECT_EQ(seen.waiting, 2);
  EXPECT_EQ(seen.delayed, 1);
  EXPECT_EQ(seen.running, 1);
  EXPECT_EQ(seen.failed, 2);
  EXPECT_EQ(seen.failed_retryable, 1);
  EXPECT_EQ(seen.oldest_waiting, oldest + 4ms);
  ASSERT_EQ(seen.tasks.size(), 1u);
  EXPECT_EQ(seen.tasks[0].document, tasks[3].lease.document);
  EXPECT_EQ(seen.tasks[0].filename, "f3.pdf");
  EXPECT_EQ(seen.tasks[0].holder, this->worker);
  EXPECT_EQ(seen.tasks[0].attempt, 1);
  EXPECT_EQ(seen.tasks[0].started_at, began);
  EXPECT_EQ(seen.tasks[0].lease_until, began + 30s);
  EXPECT_EQ(seen.tasks[0].pages_saved, 1);
  EXPECT_EQ(seen.tasks[0].pages_expected, 5);
  EXPECT_EQ(this->overview(0).tasks.size(), 0u);
}

TYPED_TEST_P(QueueControlContract, counts_a_document_that_failed_and_was_tried_again_as_what_it_is_now) {
  auto ticket = this->add();
  this->fail_task(this->claim_one(), true);
  must(this->run(this->stores.ledger().start_again(ticket.document, {}, this->stores.clock.now())));

  auto seen = this->overview();

  EXPECT_EQ(seen.failed, 0);
  EXPECT_EQ(seen.failed_retryable, 0);
  EXPECT_EQ(seen.waiting, 1);
}

REGISTER_TYPED_TEST_SUITE_P(QueueControlContract, lets_nobody_claim_while_paused_and_whoever_runs_go_on,
                            takes_over_from_nobody_while_paused, keeps_switches_over_a_restart_with_the_time_they_were_first_turned,
                            refuses_every_change_of_clients_while_read_only_and_changes_nothing, lets_workers_go_on_while_read_only,
                            shows_what_waits_what_runs_and_what_failed,
                            counts_a_document_that_failed_and_was_tried_again_as_what_it_is_now);

}  // namespace docquarry::contracts
