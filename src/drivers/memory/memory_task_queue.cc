#include "drivers/memory/memory_task_queue.h"

#include <boost/asio/redirect_error.hpp>

namespace docquarry {
namespace {

constexpr int most_unheard = 1024;  // whoever wakes up takes all that is due, so more rings would say nothing new

}  // namespace

struct MemoryTaskQueue::Waiter {
  explicit Waiter(MemoryTaskQueue& owner) : queue(owner), timer(owner.loop_, boost::asio::steady_timer::time_point::max()) {
    place = queue.waiting_.insert(queue.waiting_.end(), this);
  }
  // A ring that reached a waiter which was cancelled at the same moment goes to the next.
  ~Waiter() {
    if (!rung) queue.waiting_.erase(place);
    else if (!heard) queue.ring();
  }

  MemoryTaskQueue& queue;
  boost::asio::steady_timer timer;
  std::list<Waiter*>::iterator place;
  bool rung = false, heard = false;
};

void MemoryTaskQueue::ring() {
  if (waiting_.empty()) {
    if (unheard_ < most_unheard) ++unheard_;
    return;
  }
  Waiter& first = *waiting_.front();
  waiting_.pop_front();
  first.rung = true;
  first.timer.cancel();
}

Async<Result<void>> MemoryTaskQueue::announce(TaskTicket) {
  ring();
  co_return Result<void>{};
}

Async<Result<void>> MemoryTaskQueue::wait() {
  if (unheard_ > 0) {
    --unheard_;
    co_return Result<void>{};
  }
  Waiter waiter(*this);
  boost::system::error_code woken;
  co_await waiter.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  auto state = co_await boost::asio::this_coro::cancellation_state;
  bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
  if (cancelled || !waiter.rung) throw boost::system::system_error(boost::asio::error::operation_aborted);
  waiter.heard = true;
  co_return Result<void>{};
}

}  // namespace docquarry
