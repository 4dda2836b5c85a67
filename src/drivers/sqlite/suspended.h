// A coroutine that waits for another thread.
#pragma once

#include "base/async.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>

namespace docquarry {

class Suspended {
 public:
  virtual ~Suspended() = default;
  virtual void resume() = 0;  // from any thread, once; the coroutine goes on on its own executor
};

template <class Handler>
class SuspendedHandler : public Suspended {
 public:
  explicit SuspendedHandler(Handler handler)
      : handler_(std::move(handler)), work_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler_))) {}

  void resume() override {
    auto executor = work_.get_executor();
    boost::asio::post(executor, std::move(handler_));
    work_.reset();
  }

 private:
  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
};

// Suspends the calling coroutine and hands it to `keep`, which lets somebody resume it. Cancelling does not end the wait.
template <class Keep>
Async<void> suspend(Keep keep) {
  auto begin = [](auto handler, Keep keep_it) {
    keep_it(std::make_unique<SuspendedHandler<decltype(handler)>>(std::move(handler)));
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(begin, boost::asio::use_awaitable,
                                                                                     std::move(keep));
}

}  // namespace docquarry
