// The coroutine alphabet. One event loop thread runs everything; what may block goes to a helper thread and comes back.
// House rule: one co_await per statement, and its result has a name (g++ 12.2 miscompiles the rest, docs/decisions/0002).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace docquarry {

template <class T>
using Async = boost::asio::awaitable<T>;

// Runs `work` on `threads` and resumes on the loop. Exceptions travel back. A cancelled caller still waits for `work`
// to end, so references into the caller's frame stay valid. Pass a named lambda, not a temporary.
//
// No coroutine runs on the thread: co_spawn on another executor lets a cancellation that comes before the start throw there,
// where nobody can catch it (Boost 1.81, co_spawn_entry_point).
template <class Work>
Async<std::invoke_result_t<Work&>> off_loop(boost::asio::thread_pool& threads, Work& work) {
  std::optional<std::invoke_result_t<Work&>> result;
  std::exception_ptr thrown;
  auto start = [&](auto handler) {
    auto loop = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    boost::asio::post(threads, [&, loop = std::move(loop), handler = std::move(handler)]() mutable {
      try {
        result.emplace(work());
      } catch (...) {
        thrown = std::current_exception();
      }
      auto executor = loop.get_executor();
      boost::asio::post(executor, std::move(handler));
    });
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(start, boost::asio::use_awaitable);
  if (thrown) std::rethrow_exception(thrown);
  co_return std::move(*result);
}

// Waits on the loop; returns early (and silently) when the coroutine is cancelled.
inline Async<void> pause_for(std::chrono::steady_clock::duration time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// Empty when `limit` passed first; the operation has then been cancelled and has unwound.
template <class T>
Async<std::optional<T>> with_timeout(std::chrono::steady_clock::duration limit, Async<T> operation) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto first = co_await (std::move(operation) || pause_for(limit));
  if (first.index() == 0) co_return std::optional<T>(std::move(std::get<0>(first)));
  co_return std::nullopt;
}

}  // namespace docquarry
