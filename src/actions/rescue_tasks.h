// Rings the bell again for due tasks whose announcement was lost, whose retry time has come, or whose lease ran out.
#pragma once

#include "base/metrics.h"
#include "ports/clock.h"
#include "ports/task_ledger.h"
#include "ports/task_queue.h"

#include <chrono>

namespace docquarry {

class RescueTasks {
 public:
  RescueTasks(TaskLedger& ledger, TaskQueue& queue, Clock& clock, Metrics& metrics, std::chrono::milliseconds grace)
      : ledger_(ledger), queue_(queue), clock_(clock), metrics_(metrics), grace_(grace) {}

  // How many were announced again.
  Async<Result<int>> operator()();

 private:
  TaskLedger& ledger_;
  TaskQueue& queue_;
  Clock& clock_;
  Metrics& metrics_;
  std::chrono::milliseconds grace_;  // how long an announcement may take before it counts as lost
};

}  // namespace docquarry
