// Ends a document's task early: at once while it waits, at the worker's next heartbeat while it runs.
#pragma once

#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/task_ledger.h"

namespace docquarry {

class CancelTask {
 public:
  CancelTask(TaskLedger& ledger, DocumentCatalogue& catalogue, ProgressBoard& board, Clock& clock)
      : ledger_(ledger), catalogue_(catalogue), board_(board), clock_(clock) {}

  // The document as it stands then: CANCELLED, or still PROCESSING for a moment. Errors: document_not_found, already_finished.
  Async<Result<DocumentView>> operator()(DocumentId document);

 private:
  TaskLedger& ledger_;
  DocumentCatalogue& catalogue_;
  ProgressBoard& board_;
  Clock& clock_;
};

}  // namespace docquarry
