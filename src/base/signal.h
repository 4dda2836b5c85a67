// Something that happens once, and that any number of coroutines may wait for: "the service is stopping".
#pragma once

#include "base/async.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>

namespace docquarry {

class Signal {
 public:
  explicit Signal(boost::asio::io_context& loop) : timer_(loop, boost::asio::steady_timer::time_point::max()) {}

  void raise() {
    raised_ = true;
    timer_.cancel();
  }
  bool is_raised() const { return raised_; }

  // Returns at once when it was raised before; ends when cancelled.
  Async<void> wait() {
    while (!raised_) {
      boost::system::error_code woken;
      co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
      auto state = co_await boost::asio::this_coro::cancellation_state;
      bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
      if (cancelled && !raised_) throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
  }

 private:
  boost::asio::steady_timer timer_;
  bool raised_ = false;
};

}  // namespace docquarry
