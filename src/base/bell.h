// A bell for coroutines: each ring wakes one of those who wait, in the order in which they came. Rings that nobody waits for are kept.
// Not an asio channel: in Boost 1.81 a channel whose last waiter was cancelled loses the next message.
#pragma once

#include "base/wakeup.h"

#include <algorithm>
#include <list>

namespace docquarry {

class Bell {
 public:
  // Keeps up to `most` rings, and has `kept` from the beginning.
  Bell(boost::asio::io_context& loop, int most, int kept = 0) : loop_(loop), most_(most), kept_(kept) {}

  void ring() {
    if (waiting_.empty()) {
      kept_ = std::min(kept_, most_ - 1) + 1;
      return;
    }
    Waiter& first = *waiting_.front();
    waiting_.pop_front();
    first.rung = true;
    first.wakeup.wake();
  }

  // Takes a ring that was kept, if there is one.
  bool heard() {
    if (kept_ == 0) return false;
    --kept_;
    return true;
  }

  // Returns with one ring; ends when cancelled, and then takes none.
  Async<void> wait() {
    if (heard()) co_return;
    Waiter waiter(*this);
    co_await waiter.wakeup.wait();
    waiter.took_it = true;
  }

  bool is_anyone_waiting() const { return !waiting_.empty(); }

 private:
  struct Waiter {
    explicit Waiter(Bell& owner) : bell(owner), wakeup(owner.loop_) { place = bell.waiting_.insert(bell.waiting_.end(), this); }
    // Also runs when the coroutine is destroyed: a ring that reached somebody who was cancelled at the same moment goes to the next.
    ~Waiter() {
      if (!rung) bell.waiting_.erase(place);
      else if (!took_it) bell.ring();
    }
    Bell& bell;
    Wakeup wakeup;
    std::list<Waiter*>::iterator place;
    bool rung = false, took_it = false;
  };

  boost::asio::io_context& loop_;
  int most_, kept_;
  std::list<Waiter*> waiting_;
};

}  // namespace docquarry
