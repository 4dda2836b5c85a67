// The life of a task. Every method that takes a lease answers lease_lost if it is no longer the newest one or the task has
// ended, so a worker that was presumed dead cannot overwrite its successor.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "domain/document.h"
#include "domain/document_facts.h"
#include "domain/extraction_note.h"
#include "domain/lease.h"
#include "domain/page.h"
#include "ports/task_queue.h"

#include <optional>
#include <vector>

namespace docquarry {

struct ClaimedTask {
  Lease lease;
  DocumentView document;  // state PROCESSING, with options and password
  AttemptCounts counts;
  int pages_saved = 0;                          // by earlier attempts of this task: they need not be extracted again
  ExtractionNote note;                          // of earlier attempts
  std::optional<ExtractorChoice> owner_choice;  // what the owner has every document extracted by, when the document does not say it
};

struct Claim {
  std::vector<ClaimedTask> tasks;
  // Documents whose task the claim ended instead of handing it out: their worker died, and they were interrupted too often or were to
  // be cancelled. Nobody else has told anyone.
  std::vector<DocumentId> ended;
};

class TaskLedger {
 public:
  virtual ~TaskLedger() = default;

  // Up to `limit` due tasks, now leased to `holder`: the fairest first (priority, then owners in turn, then age). Due are PENDING
  // tasks whose time has come and PROCESSING ones whose lease ran out. Empty when nothing is due.
  // A task whose lease ran out and whose interruptions exceed `limits` becomes FAILED (attempts_exhausted) instead, one that was to be
  // cancelled CANCELLED; each is named once. The commit need not be durable.
  virtual Async<Result<Claim>> claim(WorkerId holder, Timestamp now, Timestamp until, int limit, AttemptLimits limits) = 0;

  // What the next attempt must know. Replaces what was noted before. Need not survive a power loss, must survive the death of the process.
  virtual Async<Result<void>> note(Lease lease, ExtractionNote note) = 0;

  virtual Async<Result<LeaseStanding>> extend(Lease lease, Timestamp until) = 0;

  // Idempotent per page number. Saved pages are readable at once. Also records how many pages the task will have in all and how
  // many the file has. Need not survive a power loss, must survive the death of the process.
  virtual Async<Result<void>> save_pages(Lease lease, std::vector<Page> pages, int pages_expected, int page_count) = 0;
  // Numbers of the pages that are saved already, ascending.
  virtual Async<Result<std::vector<int>>> saved_pages(TaskId task) = 0;

  // The last pages, the facts and the state COMPLETED in one transaction; when it returns, they survive a power loss.
  virtual Async<Result<void>> complete(Lease lease, std::vector<Page> last_pages, ExtractionSummary summary, Timestamp now) = 0;

  // FAILED, or PENDING again from `retry_at` on. Raises the counter that `failure` is charged to.
  virtual Async<Result<void>> record_failure(Lease lease, Failure failure, bool blames_child, std::optional<Timestamp> retry_at,
                                             Timestamp now) = 0;
  // PENDING again at once, charged to nobody: the worker is stopping.
  virtual Async<Result<void>> hand_back(Lease lease) = 0;
  // CANCELLED: the worker has stopped because it was asked to.
  virtual Async<Result<void>> confirm_cancel(Lease lease, Timestamp now) = 0;

  // A PENDING task becomes CANCELLED at once; a PROCESSING one is told at its next heartbeat. Returns the new state.
  // Errors: document_not_found, already_finished.
  virtual Async<Result<TaskState>> request_cancel(DocumentId document, Timestamp now) = 0;
  // A new task for a document whose newest one has ended. From now on the document shows the new task and has no result until that
  // completes; the pages of the old one stay readable by its id until then, for whoever has begun to read. Errors:
  // document_not_found, not_finished.
  virtual Async<Result<TaskTicket>> start_again(DocumentId document, ExtractionOptions options, Timestamp now) = 0;

  // Due tasks whose last announcement is older than `announced_before`; marks them announced now.
  virtual Async<Result<std::vector<TaskTicket>>> take_unannounced(Timestamp now, Timestamp announced_before, int limit) = 0;
  // When the next lease runs out or the next retry is due; empty when nothing waits for time to pass.
  virtual Async<Result<std::optional<Timestamp>>> next_due() = 0;
  // Embedded stores only: this process has just become the only one, so every lease is a dead process's. They run out now.
  // Returns how many.
  virtual Async<Result<int>> expire_all_leases(Timestamp now) = 0;

  virtual Async<Result<std::int64_t>> waiting() = 0;  // how many tasks are PENDING
};

}  // namespace docquarry
