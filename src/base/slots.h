// A counted semaphore for coroutines: at most so many at once, the others wait in turn.
// Not an asio channel: in Boost 1.81 a channel whose last waiter was cancelled loses the next message.
#pragma once

#include "base/async.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>

#include <list>
#include <optional>

namespace docquarry {

class Slots {
 public:
  // Gives its slot back when it goes away, also when the coroutine that holds it is cancelled.
  class Held {
   public:
    explicit Held(Slots& slots) : slots_(&slots) {}
    Held(Held&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (slots_ != nullptr) slots_->give_back();
    }

   private:
    Slots* slots_;
  };

  Slots(boost::asio::io_context& loop, int count) : loop_(loop), free_(count) {}

  // Waits for a free slot; ends when cancelled, and then holds none.
  Async<Held> take() {
    if (auto held = try_take()) co_return std::move(*held);
    Waiter waiter(*this);
    boost::system::error_code woken;
    co_await waiter.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    if (!waiter.granted) throw boost::system::system_error(boost::asio::error::operation_aborted);
    waiter.granted = false;
    co_return Held(*this);
  }

  bool is_anyone_waiting() const { return !waiting_.empty(); }

  // One that is free right now, if any; nobody is overtaken.
  std::optional<Held> try_take() {
    if (free_ == 0 || !waiting_.empty()) return std::nullopt;
    --free_;
    return std::optional<Held>(std::in_place, *this);
  }

 private:
  struct Waiter {
    explicit Waiter(Slots& owner) : slots(owner), timer(owner.loop_, boost::asio::steady_timer::time_point::max()) {
      place = slots.waiting_.insert(slots.waiting_.end(), this);
    }
    // Also runs when the coroutine is destroyed: a slot that was granted but never taken up goes to the next.
    ~Waiter() {
      if (place) slots.waiting_.erase(*place);
      if (granted) slots.give_back();
    }
    Slots& slots;
    boost::asio::steady_timer timer;
    std::optional<std::list<Waiter*>::iterator> place;
    bool granted = false;
  };

  void give_back() {
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    Waiter& next = *waiting_.front();
    waiting_.pop_front();
    next.place.reset();
    next.granted = true;
    next.timer.cancel();
  }

  boost::asio::io_context& loop_;
  int free_;
  std::list<Waiter*> waiting_;
};

}  // namespace docquarry
