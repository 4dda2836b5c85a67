#include "drivers/memory/memory_task_queue.h"

namespace docquarry {
namespace {

constexpr int most_unheard = 1024;  // whoever wakes up takes all that is due, so more rings would say nothing new

}  // namespace

MemoryTaskQueue::MemoryTaskQueue(boost::asio::io_context& loop) : bell_(loop, most_unheard) {}

Async<Result<void>> MemoryTaskQueue::announce(TaskTicket) {
  bell_.ring();
  co_return Result<void>{};
}

Async<Result<void>> MemoryTaskQueue::wait() {
  co_await bell_.wait();
  co_return Result<void>{};
}

}  // namespace docquarry
