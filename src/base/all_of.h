// Several coroutines side by side.
#pragma once

#include "base/async.h"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <vector>

namespace docquarry {

// Runs all at once and waits for all; results in the order of the work. What throws ends the whole when all have ended.
template <class T>
Async<std::vector<T>> all_of(std::vector<Async<T>> works) {
  std::vector<T> results(works.size());
  if (works.empty()) co_return results;
  auto executor = co_await boost::asio::this_coro::executor;
  auto start = [&](Async<T>& work) { return boost::asio::co_spawn(executor, std::move(work), boost::asio::deferred); };
  std::vector<decltype(start(works.front()))> started;
  for (auto& work : works) started.push_back(start(work));
  auto group = boost::asio::experimental::make_parallel_group(std::move(started));
  auto ended = co_await group.async_wait(boost::asio::experimental::wait_for_all(), boost::asio::use_awaitable);
  auto& [order, thrown, values] = ended;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (thrown[i]) std::rethrow_exception(thrown[i]);
    results[i] = std::move(values[i]);
  }
  co_return results;
}

}  // namespace docquarry
