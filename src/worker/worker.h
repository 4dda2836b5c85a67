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
  // `in_flight`: tasks claimed at once, at least the number of extraction slots. `longest_nap`: even if every bell is lost, work is looked
  // for this often.
  Worker(boost::asio::io_context& loop, TaskLedger& ledger, TaskQueue& queue, Clock& clock, ClaimTasks& claim, ProcessTask& process,
         int in_flight, Signal& stop, std::chrono::microseconds longest_nap = std::chrono::seconds(10));

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
  std::chrono::microseconds longest_nap_;
  boost::asio::steady_timer nap_;
  bool may_be_due_earlier_ = false;  // than the ledger said: a task of ours failed meanwhile
};

}  // namespace docquarry
