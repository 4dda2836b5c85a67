#include "actions/process_task.h"

#include "actions/saved_pages.h"
#include "base/fault.h"
#include "base/log.h"

#include <algorithm>

namespace docquarry {

using namespace boost::asio::experimental::awaitable_operators;

ProcessTask::ProcessTask(TaskLedger& ledger, DocumentCatalogue& catalogue, ObjectStore& files, ProgressBoard& board, Clock& clock,
                         Metrics& metrics, Extractors& extractors, CacheResult* cache_result, Signal& stop, ProcessingRules rules)
    : ledger_(ledger),
      catalogue_(catalogue),
      board_(board),
      clock_(clock),
      metrics_(metrics),
      extractors_(extractors),
      extract_(catalogue, files, extractors),
      cache_result_(cache_result),
      stop_(stop),
      rules_(rules) {}

Async<bool> ProcessTask::operator()(ClaimedTask task) {
  co_await board_.post(standing_of(task.document));
  SavedPages pages(ledger_, board_, task, rules_);
  auto first = co_await (extract_(task, pages) || keep_lease(task.lease));
  task.note = pages.last_note();
  if (first.index() == 1) {
    Error reason = std::get<1>(std::move(first));
    co_return co_await give_up(std::move(task), std::move(reason));
  }
  auto summary = std::get<0>(std::move(first));
  if (!summary) co_return co_await give_up(std::move(task), std::move(summary).error());
  co_return co_await finish(std::move(task), std::move(*summary), pages);
}

// Ends only with a reason to stop.
Async<Error> ProcessTask::keep_lease(Lease lease) {
  auto held_until = std::chrono::steady_clock::now() + rules_.lease;
  while (true) {
    auto woken = co_await (stop_.wait() || pause_for(rules_.heartbeat()));
    if (woken.index() == 0) co_return Error(shutting_down, "the service is stopping");
    if (fault_switch("storm.no_heartbeat")) continue;
    auto now = std::chrono::steady_clock::now();
    auto standing = co_await ledger_.extend(lease, clock_.now() + rules_.lease);
    if (standing && *standing == LeaseStanding::cancel_requested) co_return Error(task_cancelled, "the task was cancelled");
    if (standing) {
      held_until = now + rules_.lease;
    } else if (standing.error().is(lease_lost) || std::chrono::steady_clock::now() >= held_until) {
      co_return Error(lease_lost, "another worker continued this task");
    } else {
      log::warn("heartbeat failed, trying again", standing.error(), {{"document", lease.document.value()}});
    }
  }
}

Async<bool> ProcessTask::finish(ClaimedTask task, ExtractionSummary summary, SavedPages& pages) {
  summary.pages_extracted = pages.pages();
  summary.facts.pages_without_text = pages.without_text();
  summary.partial = summary.partial || pages.any_fault();
  double seconds = summary.seconds;
  auto now = clock_.now();
  Standing standing = standing_of(task.document);
  standing.state = TaskState::completed;
  standing.pages_done = standing.pages_total = pages.pages();
  standing.completed_at = now;
  standing.partial = summary.partial;

  std::optional<std::string> result;
  if (cache_result_ != nullptr && !pages.any_saved()) result = result_at_hand(task.document, summary, pages.unsaved());

  Result<void> completed = fault_point("finish.before_complete");
  if (completed) completed = co_await ledger_.complete(task.lease, pages.take_unsaved(), std::move(summary), now);
  if (!completed) co_return co_await give_up(std::move(task), std::move(completed).error().in("complete task"));
  // From here on the result is there for ever.
  metrics_.count_finished("COMPLETED", seconds, pages.pages());
  co_await board_.post(std::move(standing));
  if (cache_result_ != nullptr) co_await (*cache_result_)(std::move(task.document), std::move(result));
  co_return false;
}

Async<bool> ProcessTask::give_up(ClaimedTask task, Error error) {
  log::Field document("document", task.lease.document.value());
  if (error.is(lease_lost) || error.is(document_not_found)) {
    metrics_.leases_lost.Increment();
    log::info("work dropped: the lease was lost", {document, {"attempt", task.lease.attempt}});
    co_return false;
  }
  auto recorded = co_await record(task, error, clock_.now());
  if (!recorded) {
    log::warn("outcome not recorded, the lease will run out", recorded.error(), {document});
    co_return false;
  }
  auto view = co_await catalogue_.find(task.lease.document);
  if (view) co_await board_.post(standing_of(*view));
  // When the worker only stops, the next attempt goes on with what was begun elsewhere.
  if (error.is(task_cancelled)) co_await extractors_.abandon(std::move(task.note));
  co_return *recorded;
}

// Whether it is to be tried again.
Async<Result<bool>> ProcessTask::record(ClaimedTask& task, const Error& error, Timestamp now) {
  if (error.is(shutting_down)) {
    CO_CHECK(co_await ledger_.hand_back(task.lease));
    co_return false;
  }
  if (error.is(task_cancelled)) {
    metrics_.count_finished("CANCELLED", 0, 0);
    CO_CHECK(co_await ledger_.confirm_cancel(task.lease, now));
    co_return false;
  }
  bool child = blames_child(error.code());
  if (child) metrics_.extractor_crashes.Increment();
  ++(child ? task.counts.child_failures : task.counts.backend_failures);
  auto again = retry_time(error, task.counts, rules_.attempts, now);
  if (!again) metrics_.count_finished("FAILED", 0, 0);
  log::info(again ? "task will be tried again" : "task failed",
            {{"document", task.lease.document.value()}, {"attempt", task.lease.attempt}, {"error", error.describe()}});
  CO_CHECK(co_await ledger_.record_failure(task.lease, to_failure(error), child, again, now));
  co_return again.has_value();
}

}  // namespace docquarry
