#include "drivers/sql/sql_ledger.h"

#include "base/fault.h"
#include "domain/error_codes.h"
#include "drivers/sql/facts_json.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sql/sql_rows.h"

namespace docquarry {
namespace {

constexpr std::int64_t longest_result_text = 4 << 20;  // of documents.result_text; pages hold every result whole
constexpr std::string_view lost = "the task is not held by this lease any more";

// A statement over {fence}.
template <class... Parameters>
Statement for_lease(std::string_view name, const Lease& lease, const Parameters&... parameters) {
  return Statement(name, lease.task, lease.attempt, lease.holder, parameters...).or_fail(lease_lost, lost);
}

ClaimedTask read_claimed(RowReader& row, const WorkerId& holder) {
  ClaimedTask task;
  task.document = read_document(row);
  task.document.options.password = row.text();
  task.counts.backend_failures = int(row.integer());
  task.counts.child_failures = int(row.integer());
  task.counts.interruptions = int(row.integer());
  task.note = read_stored_note(row.text());
  auto owner_choice = parse_extractor_choice(row.text());
  if (owner_choice) task.owner_choice = *owner_choice;
  task.lease = Lease(task.document.task, task.document.id, task.document.attempt, holder);
  task.pages_saved = task.document.pages_saved;
  return task;
}

// Of the tasks that were released, those that do not wait again.
std::vector<DocumentId> ended_documents(Rows& released) {
  std::vector<DocumentId> ended;
  for (std::size_t i = 0; i < released.size(); ++i) {
    RowReader row(released, i);
    DocumentId document(row.integer());
    auto state = task_state_named(row.text());
    if (state && is_final(*state)) ended.push_back(document);
  }
  return ended;
}

}  // namespace

Async<Result<Claim>> SqlLedger::claim(WorkerId holder, Timestamp now, Timestamp until, int limit, AttemptLimits limits) {
  std::string name = ids_.next();
  bool releases = !fault_switch("storm.no_expiry");
  Transaction transaction(Durability::process);
  if (releases)
    transaction.add(Statement("release_expired", now, limits.interruptions, task_cancelled.name, task_cancelled.public_text,
                              attempts_exhausted.name, attempts_exhausted.public_text));
  transaction.add(Statement("release_delayed", now));
  transaction.add(Statement("claim_tasks", holder, name, until, now, limit));
  transaction.add(Statement("claimed_tasks", name, until));
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  Claim claim;
  if (releases) claim.ended = ended_documents(answers.front());
  Rows& rows = answers.back();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowReader row(rows, i);
    claim.tasks.push_back(read_claimed(row, holder));
  }
  if (!claim.tasks.empty()) CO_CHECK(fault_point("claim.after_commit"));
  co_return claim;
}

Async<Result<Rows>> SqlLedger::run_for_lease(Statement statement, Durability durability) {
  Transaction transaction(durability);
  transaction.add(std::move(statement));
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  co_return std::move(answers.front());
}

Async<Result<void>> SqlLedger::note(Lease lease, ExtractionNote note) {
  Statement statement = for_lease("note_extraction", lease, write_stored_note(note), storable(note.job));
  CO_CHECK(co_await run_for_lease(std::move(statement), Durability::process));
  co_return Result<void>{};
}

Async<Result<LeaseStanding>> SqlLedger::extend(Lease lease, Timestamp until) {
  Statement statement = for_lease("extend_lease", lease, until);
  CO_TRY(auto rows, co_await run_for_lease(std::move(statement), Durability::process));
  RowReader row(rows, 0);
  co_return row.truth() ? LeaseStanding::cancel_requested : LeaseStanding::held;
}

Async<Result<void>> SqlLedger::save_pages(Lease lease, std::vector<Page> pages, int pages_expected, int page_count) {
  Transaction transaction(Durability::server);
  add_pages(transaction, lease, pages);
  transaction.add(for_lease("count_saved_pages", lease, pages_expected, page_count));
  CO_CHECK(fault_point("pages.before_commit"));
  CO_CHECK(co_await database_.run(std::move(transaction)));
  CO_CHECK(fault_point("pages.after_commit"));
  co_return Result<void>{};
}

Async<Result<std::vector<int>>> SqlLedger::saved_pages(TaskId task) {
  Statement statement("saved_pages", task);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  std::vector<int> numbers;
  for (std::size_t i = 0; i < rows.size(); ++i) numbers.push_back(int(RowReader(rows, i).integer()));
  co_return numbers;
}

Async<Result<void>> SqlLedger::complete(Lease lease, std::vector<Page> last_pages, ExtractionSummary summary, Timestamp now) {
  Transaction transaction(Durability::power);
  add_pages(transaction, lease, last_pages);
  transaction.add(for_lease("complete_task", lease, now, summary.facts.page_count, summary.partial, storable(summary.extractor),
                            summary.seconds, summary.cpu_seconds, summary.peak_memory_bytes, write_stored_facts(summary.facts),
                            storable(summary.job), summary.credits));
  transaction.add(Statement("write_result_text", lease.task, lease.document, longest_result_text));
  transaction.add(Statement("delete_older_tasks", lease.document, lease.task));
  CO_CHECK(fault_point("finish.before_commit"));
  CO_CHECK(co_await database_.run(std::move(transaction)));
  CO_CHECK(fault_point("finish.after_commit"));
  co_return Result<void>{};
}

Async<Result<void>> SqlLedger::record_failure(Lease lease, Failure failure, bool blames_child, std::optional<Timestamp> retry_at,
                                              Timestamp now) {
  int backend = blames_child ? 0 : 1, child = blames_child ? 1 : 0;
  std::string message = storable(failure.message);
  Statement give_up = for_lease("fail_task", lease, backend, child, now, failure.code, message, failure.page, failure.retryable);
  Statement retry = for_lease("retry_task", lease, retry_at, backend, child, failure.code, message, now, task_cancelled.name,
                              task_cancelled.public_text);
  Statement chosen = std::move(retry_at ? retry : give_up);
  CO_CHECK(co_await run_for_lease(std::move(chosen), Durability::power));
  co_return Result<void>{};
}

Async<Result<void>> SqlLedger::hand_back(Lease lease) {
  Statement statement = for_lease("hand_back_task", lease);
  CO_CHECK(co_await run_for_lease(std::move(statement), Durability::process));
  co_return Result<void>{};
}

Async<Result<void>> SqlLedger::confirm_cancel(Lease lease, Timestamp now) {
  Statement statement = for_lease("cancel_task", lease, now, task_cancelled.name, task_cancelled.public_text);
  CO_CHECK(co_await run_for_lease(std::move(statement), Durability::power));
  co_return Result<void>{};
}

Async<Result<TaskState>> SqlLedger::request_cancel(DocumentId document, Timestamp now) {
  Transaction transaction(Durability::power);
  transaction.add(Statement("cancel_newest_task", document, now, task_cancelled.name, task_cancelled.public_text));
  transaction.add(Statement("newest_ticket", document));
  transaction.add(changes_allowed());
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  if (!answers[0].empty()) co_return task_state_named(RowReader(answers[0], 0).text()).value_or(TaskState::processing);
  if (answers[1].empty()) co_return fail(document_not_found, "there is no such document");
  co_return fail(already_finished, "the document is already finished");
}

Async<Result<TaskTicket>> SqlLedger::start_again(DocumentId document, ExtractionOptions options, Timestamp now) {
  auto password = options.password.empty() ? std::nullopt : std::optional(options.password);
  Transaction transaction(Durability::power);
  transaction.add(Statement("insert_task_again", document, write_stored_options(options), password, now));
  transaction.add(Statement("show_newest_task", document));
  transaction.add(Statement("newest_ticket", document));
  transaction.add(changes_allowed());
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  if (answers[2].empty()) co_return fail(document_not_found, "there is no such document");
  if (answers[0].affected == 0) co_return fail(not_finished, "the document is not finished yet (cancel it first)");
  RowReader row(answers[2], 0);
  co_return read_ticket(row);
}

Async<Result<std::vector<TaskTicket>>> SqlLedger::take_unannounced(Timestamp now, Timestamp announced_before, int limit) {
  Transaction transaction(Durability::process);
  transaction.add(Statement("take_unannounced", now, announced_before, limit));
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  std::vector<TaskTicket> tickets;
  for (std::size_t i = 0; i < answers[0].size(); ++i) {
    RowReader row(answers[0], i);
    tickets.push_back(read_ticket(row));
  }
  co_return tickets;
}

Async<Result<std::optional<Timestamp>>> SqlLedger::next_due() {
  Statement statement("next_due");
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  RowReader row(rows, 0);
  auto retry = row.maybe_time();
  auto lease = row.maybe_time();
  if (retry && lease) co_return std::optional(std::min(*retry, *lease));
  co_return retry ? retry : lease;
}

Async<Result<int>> SqlLedger::expire_all_leases(Timestamp now) {
  Transaction transaction(Durability::process);
  transaction.add(Statement("expire_all_leases", now));
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  co_return int(answers[0].affected);
}

Async<Result<std::int64_t>> SqlLedger::waiting() {
  Statement statement("count_waiting");
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  RowReader row(rows, 0);
  co_return row.integer();
}

}  // namespace docquarry
