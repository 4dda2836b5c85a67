// Takes due tasks for a worker. A claim also ends tasks whose worker died and that nobody may try again; those who wait for them are
// told here.
#pragma once

#include "actions/process_task.h"

#include <vector>

namespace docquarry {

class ClaimTasks {
 public:
  ClaimTasks(TaskLedger& ledger, DocumentCatalogue& catalogue, ProgressBoard& board, Clock& clock, Metrics& metrics,
             WorkerId holder, ProcessingRules rules)
      : ledger_(ledger),
        catalogue_(catalogue),
        board_(board),
        clock_(clock),
        metrics_(metrics),
        holder_(std::move(holder)),
        rules_(rules) {}

  // At most `limit`, leased to this worker; empty when nothing is due.
  Async<Result<std::vector<ClaimedTask>>> operator()(int limit);

 private:
  Async<void> tell_end(DocumentId document);

  TaskLedger& ledger_;
  DocumentCatalogue& catalogue_;
  ProgressBoard& board_;
  Clock& clock_;
  Metrics& metrics_;
  WorkerId holder_;
  ProcessingRules rules_;
};

}  // namespace docquarry
