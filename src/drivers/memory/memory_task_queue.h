// The doorbell of a single process.
#pragma once

#include "base/bell.h"
#include "ports/task_queue.h"

namespace docquarry {

class MemoryTaskQueue : public TaskQueue {
 public:
  explicit MemoryTaskQueue(boost::asio::io_context& loop);

  Async<Result<void>> announce(TaskTicket ticket) override;
  Async<Result<void>> wait() override;
  Async<Result<void>> check() override { co_return Result<void>{}; }

 private:
  Bell bell_;
};

}  // namespace docquarry
