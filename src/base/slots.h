// A counted semaphore for coroutines: at most so many at once, the others wait in turn.
#pragma once

#include "base/async.h"

#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/io_context.hpp>

namespace docquarry {

class Slots {
 public:
  // Gives its slot back when it goes away, also when the coroutine that holds it is cancelled.
  class Held {
   public:
    Held() = default;
    explicit Held(Slots& slots) : slots_(&slots) {}
    Held(Held&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (slots_ != nullptr) slots_->free_.try_send(boost::system::error_code());
    }

   private:
    Slots* slots_ = nullptr;
  };

  Slots(boost::asio::io_context& loop, int count) : free_(loop, std::size_t(count)) {
    for (int i = 0; i < count; ++i) free_.try_send(boost::system::error_code());
  }

  // Waits for a free slot; ends when cancelled, and then holds none.
  Async<Held> take() {
    co_await free_.async_receive(boost::asio::use_awaitable);
    co_return Held(*this);
  }
  // One that is free right now, if any.
  std::optional<Held> try_take() {
    bool taken = free_.try_receive([](boost::system::error_code) {});
    if (!taken) return std::nullopt;
    return std::optional<Held>(std::in_place, *this);
  }

 private:
  boost::asio::experimental::channel<void(boost::system::error_code)> free_;
};

}  // namespace docquarry
