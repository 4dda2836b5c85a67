// Starts a new task for a document whose last one has ended: after a failure, a cancellation, or with other options.
#pragma once

#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/task_ledger.h"
#include "ports/task_queue.h"

namespace docquarry {

class ReprocessDocument {
 public:
  ReprocessDocument(TaskLedger& ledger, DocumentCatalogue& catalogue, TaskQueue& queue, ProgressBoard& board, Clock& clock)
      : ledger_(ledger), catalogue_(catalogue), queue_(queue), board_(board), clock_(clock) {}

  // The document as it stands then: PENDING, next generation. Errors: document_not_found, not_finished.
  Async<Result<DocumentView>> operator()(DocumentId document, ExtractionOptions options);

 private:
  TaskLedger& ledger_;
  DocumentCatalogue& catalogue_;
  TaskQueue& queue_;
  ProgressBoard& board_;
  Clock& clock_;
};

}  // namespace docquarry
