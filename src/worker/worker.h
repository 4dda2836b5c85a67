// Waits for the bell, claims what is due, and has it processed. A few more tasks are in flight than documents are extracted at once, so
// that opening, saving and committing of one document overlap with the extraction of the next.
#pragma once

#include "actions/claim_tasks.h"
#include "actions/process_task.h"
#include "base/signal.h"
#include "base/slots.h"
#include "ports/clock.h"
#include "ports/task_ledger.h"
#include "ports/task_queue.h"

#include <boost/asio/io_context.hpp>

#include <vector>

namespace docquarry {

class Worker {
 public:
  // `in_flight`: tasks claimed at once, at least the number of extraction slots.
  Worker(boost::asio::io_context& loop, TaskLedger& ledger, TaskQueue& queue, Clock& clock, ClaimTasks& claim, ProcessTask& process,
         int in_flight, Signal& stop);

  // Works until `stop` is raised, and returns when the last task in flight has ended or been handed back.
  Async<void> run();

 private:
  Async<std::vector<Slots::Held>> free_places();
  Async<void> wait_for_work();
  void start(ClaimedTask task, Slots::Held place);
  Async<void> process_one(ClaimedTask task, Slots::Held place);

  boost::asio::io_context& loop_;
  TaskLedger& ledger_;
  TaskQueue& queue_;
  Clock& clock_;
  ClaimTasks& claim_;
  ProcessTask& process_;
  int in_flight_;
  Slots places_;
  Signal& stop_;
};

}  // namespace docquarry
