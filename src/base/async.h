// The coroutine alphabet. One event loop thread runs everything; what may block goes to a helper thread and comes back.
// House rule: one co_await per statement, and its result has a name (g++ 12.2 miscompiles the rest, docs/decisions/0002).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace docquarry {

template <class T>
using Async = boost::asio::awaitable<T>;

// Runs `work` on `threads` and resumes on the loop. Exceptions travel back. A cancelled caller still waits for `work`
// to end, so references into the caller's frame stay valid. Pass a named lambda, not a temporary.
template <class Work>
Async<std::invoke_result_t<Work&>> off_loop(boost::asio::thread_pool& threads, Work& work) {
  auto on_thread = [](Work* job) -> Async<std::invoke_result_t<Work&>> { co_return (*job)(); };
  co_return co_await boost::asio::co_spawn(threads, on_thread(&work), boost::asio::use_awaitable);
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
