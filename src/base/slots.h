// A counted semaphore for coroutines: at most so many at once, the others wait in turn.
#pragma once

#include "base/bell.h"

#include <optional>
#include <utility>

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

  Slots(boost::asio::io_context& loop, int count) : free_(loop, count, count) {}

  // Waits for a free slot; ends when cancelled, and then holds none.
  Async<Held> take() {
    co_await free_.wait();
    co_return Held(*this);
  }

  bool is_anyone_waiting() const { return free_.is_anyone_waiting(); }

  // One that is free right now, if any; nobody is overtaken.
  std::optional<Held> try_take() {
    if (!free_.heard()) return std::nullopt;
    return std::optional<Held>(std::in_place, *this);
  }

 private:
  void give_back() { free_.ring(); }

  Bell free_;  // one ring for each free slot
};

}  // namespace docquarry
