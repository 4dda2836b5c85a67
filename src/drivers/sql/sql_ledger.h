// TaskLedger for every SQL engine. The rules stand in sql/queries/tasks.sql; here they are called.
#pragma once

#include "drivers/sql/sql_database.h"
#include "ports/clock.h"
#include "ports/task_ledger.h"

namespace docquarry {

class SqlLedger : public TaskLedger {
 public:
  // `ids` names claims, so that what a claim took can be read back in the same transaction.
  SqlLedger(SqlDatabase& database, IdSource& ids) : database_(database), ids_(ids) {}

  Async<Result<Claim>> claim(WorkerId holder, Timestamp now, Timestamp until, int limit, AttemptLimits limits) override;
  Async<Result<void>> note(Lease lease, ExtractionNote note) override;
  Async<Result<LeaseStanding>> extend(Lease lease, Timestamp until) override;
  Async<Result<void>> save_pages(Lease lease, std::vector<Page> pages, int pages_expected, int page_count) override;
  Async<Result<std::vector<int>>> saved_pages(TaskId task) override;
  Async<Result<void>> complete(Lease lease, std::vector<Page> last_pages, ExtractionSummary summary, Timestamp now) override;
  Async<Result<void>> record_failure(Lease lease, Failure failure, bool blames_child, std::optional<Timestamp> retry_at,
                                     Timestamp now) override;
  Async<Result<void>> hand_back(Lease lease) override;
  Async<Result<void>> confirm_cancel(Lease lease, Timestamp now) override;
  Async<Result<TaskState>> request_cancel(DocumentId document, Timestamp now) override;
  Async<Result<TaskTicket>> start_again(DocumentId document, ExtractionOptions options, Timestamp now) override;
  Async<Result<std::vector<TaskTicket>>> take_unannounced(Timestamp now, Timestamp announced_before, int limit) override;
  Async<Result<std::optional<Timestamp>>> next_due() override;
  Async<Result<int>> expire_all_leases(Timestamp now) override;
  Async<Result<std::int64_t>> waiting() override;

 private:
  // Runs one statement that must find the lease.
  Async<Result<Rows>> run_for_lease(Statement statement, Durability durability);

  SqlDatabase& database_;
  IdSource& ids_;
};

}  // namespace docquarry
