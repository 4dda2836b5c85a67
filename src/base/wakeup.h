// Lets coroutines wait until another one wakes them. Nothing is remembered: whoever comes later waits for the next time.
#pragma once

#include "base/async.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>

namespace docquarry {

class Wakeup {
 public:
  explicit Wakeup(boost::asio::io_context& loop) : timer_(loop, boost::asio::steady_timer::time_point::max()) {}

  // All who wait now.
  void wake() { timer_.cancel(); }

  // Returns when woken; ends when cancelled, also when both happen at the same moment.
  Async<void> wait() {
    boost::system::error_code woken;
    co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    auto state = co_await boost::asio::this_coro::cancellation_state;
    bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
    if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
  }

 private:
  boost::asio::steady_timer timer_;  // never fires: to cancel it is to wake
};

}  // namespace docquarry
