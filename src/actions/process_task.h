// Works on one claimed task until it is COMPLETED, FAILED, CANCELLED, handed back or lost. The file to review hardest: it runs the
// extraction and the keeping of the lease side by side, and whichever ends first decides.
//
//   keep the lease  ||  extract_task [ wait for a place, open the file, extract; pages are saved in batches ]
//   then complete, or record why not
//
// Whatever happens on any line, the lease runs out and another worker goes on from the last saved page.
#pragma once

#include "actions/cache_result.h"
#include "actions/extract_task.h"
#include "base/metrics.h"
#include "base/signal.h"
#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/extractor.h"
#include "ports/live_state.h"
#include "ports/object_store.h"
#include "ports/task_ledger.h"

#include <chrono>

namespace docquarry {

class SavedPages;

struct ProcessingRules {
  std::chrono::milliseconds lease{30'000};
  AttemptLimits attempts;
  // A running task's pages are saved when so many have come, or so much time has passed since the last save.
  int pages_per_save = 64;
  std::size_t bytes_per_save = 1 << 20;
  std::chrono::milliseconds time_per_save{250};

  // How often a worker says that it is alive, and asks whether the task was cancelled.
  std::chrono::milliseconds heartbeat() const { return std::min(lease / 3, std::chrono::milliseconds(2'000)); }
};

class ProcessTask {
 public:
  // `cache_result`: puts results where others look for them; may be null.
  ProcessTask(TaskLedger& ledger, DocumentCatalogue& catalogue, ObjectStore& files, ProgressBoard& board, Clock& clock,
              Metrics& metrics, Extractors& extractors, CacheResult* cache_result, Signal& stop, ProcessingRules rules);

  // Never fails: every outcome is recorded, or left to the lease to run out. When `stop` is raised, the task is
  // handed back: its saved pages stay, and whoever claims it next goes on behind them.
  // True: it failed and is to be tried again, when the ledger says.
  Async<bool> operator()(ClaimedTask task);

 private:
  Async<Error> keep_lease(Lease lease);
  Async<bool> finish(ClaimedTask task, ExtractionSummary summary, SavedPages& pages);
  Async<bool> give_up(ClaimedTask task, Error error);
  Async<Result<bool>> record(ClaimedTask& task, const Error& error, Timestamp now);

  TaskLedger& ledger_;
  DocumentCatalogue& catalogue_;
  ProgressBoard& board_;
  Clock& clock_;
  Metrics& metrics_;
  Extractors& extractors_;
  ExtractTask extract_;
  CacheResult* cache_result_;
  Signal& stop_;
  ProcessingRules rules_;
};

}  // namespace docquarry
