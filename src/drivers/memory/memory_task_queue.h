// The doorbell of a single process.
#pragma once

#include "ports/task_queue.h"

#include <boost/asio/io_context.hpp>

#include <list>

namespace docquarry {

class MemoryTaskQueue : public TaskQueue {
 public:
  explicit MemoryTaskQueue(boost::asio::io_context& loop) : loop_(loop) {}

  Async<Result<void>> announce(TaskTicket ticket) override;
  Async<Result<void>> wait() override;
  Async<Result<void>> check() override { co_return Result<void>{}; }

 private:
  struct Waiter;
  void ring();

  boost::asio::io_context& loop_;
  std::list<Waiter*> waiting_;
  int unheard_ = 0;  // rings that nobody waited for
};

}  // namespace docquarry
