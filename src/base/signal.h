// Something that happens once, and that any number of coroutines may wait for: "the service is stopping".
#pragma once

#include "base/wakeup.h"

namespace docquarry {

class Signal {
 public:
  explicit Signal(boost::asio::io_context& loop) : raise_(loop) {}

  void raise() {
    raised_ = true;
    raise_.wake();
  }
  bool is_raised() const { return raised_; }

  // Returns at once when it was raised before; ends when cancelled.
  Async<void> wait() {
    if (!raised_) co_await raise_.wait();
  }

 private:
  Wakeup raise_;
  bool raised_ = false;
};

}  // namespace docquarry
