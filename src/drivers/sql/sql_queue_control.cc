#include "drivers/sql/sql_queue_control.h"

#include "domain/error_codes.h"

namespace docquarry {
namespace {

std::string_view to_text(Switch which) { return which == Switch::paused ? "paused" : "read_only"; }

RunningTask read_running(RowReader& row) {
  RunningTask task;
  task.document = DocumentId(row.integer());
  task.filename = row.text();
  task.holder = WorkerId(row.text());
  task.attempt = int(row.integer());
  task.started_at = row.time();
  task.lease_until = row.time();
  task.pages_saved = int(row.integer());
  task.pages_expected = int(row.integer());
  return task;
}

}  // namespace

Statement changes_allowed() {
  return Statement("changes_allowed")
      .or_fail(read_only, "nothing can be changed right now: an operator has made the service read-only");
}

Async<Result<void>> SqlQueueControl::run_alone(Statement statement) {
  Transaction transaction(Durability::power);
  transaction.add(std::move(statement));
  CO_CHECK(co_await database_.run(std::move(transaction)));
  co_return Result<void>{};
}

Async<Result<void>> SqlQueueControl::turn_on(Switch which, Timestamp now) {
  Statement turn("switch_on", to_text(which), now);
  CO_CHECK(co_await run_alone(std::move(turn)));
  Statement tasks("wait_for_writers", "tasks");
  CO_CHECK(co_await run_alone(std::move(tasks)));
  Statement users("wait_for_writers", "users");
  CO_CHECK(co_await run_alone(std::move(users)));
  co_return Result<void>{};
}

Async<Result<void>> SqlQueueControl::turn_off(Switch which) {
  Statement turn("switch_off", to_text(which));
  CO_CHECK(co_await run_alone(std::move(turn)));
  co_return Result<void>{};
}

// Not a name that a queue has, so that everybody hears it.
Async<Result<void>> SqlQueueControl::ring() {
  Statement ring_once("ring", "operator");
  CO_CHECK(co_await run_alone(std::move(ring_once)));
  co_return Result<void>{};
}

Async<Result<QueueOverview>> SqlQueueControl::overview(Timestamp now, int most_tasks) {
  std::vector<Statement> statements;
  statements.push_back(Statement("count_queue", now));
  statements.push_back(Statement("find_running", now, most_tasks));
  statements.push_back(Statement("find_switches"));
  CO_TRY(auto answers, co_await database_.read(std::move(statements)));
  QueueOverview overview;
  RowReader counts(answers[0], 0);
  overview.waiting = counts.integer();
  overview.delayed = counts.integer();
  overview.running = counts.integer();
  overview.failed = counts.integer();
  overview.failed_retryable = counts.integer();
  overview.oldest_waiting = counts.maybe_time();
  for (std::size_t i = 0; i < answers[1].size(); ++i) {
    RowReader row(answers[1], i);
    overview.tasks.push_back(read_running(row));
  }
  for (std::size_t i = 0; i < answers[2].size(); ++i) {
    RowReader row(answers[2], i);
    bool pauses = row.text() == to_text(Switch::paused);
    (pauses ? overview.paused_since : overview.read_only_since) = row.time();
  }
  co_return overview;
}

}  // namespace docquarry
