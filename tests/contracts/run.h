// Runs one coroutine to its end on the loop of a test.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "ports/clock.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace docquarry::contracts {

// Until `done`, and then what is ready at that moment. Not until the loop has nothing to do: a driver that keeps a connection always has.
inline void run_until(boost::asio::io_context& loop, const bool& done) {
  loop.restart();
  while (!done && loop.run_one() > 0) continue;
  loop.poll();
  if (!done) throw std::runtime_error("nothing is left to do, but the work has not ended");
}

template <class T>
T run(boost::asio::io_context& loop, Async<T> work) {
  std::optional<T> result;
  std::exception_ptr thrown;
  bool done = false;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
    thrown = error;
    result.emplace(std::move(value));
    done = true;
  });
  run_until(loop, done);
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

inline void run(boost::asio::io_context& loop, Async<void> work) {
  std::exception_ptr thrown;
  bool done = false;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error) {
    thrown = error;
    done = true;
  });
  run_until(loop, done);
  if (thrown) std::rethrow_exception(thrown);
}

// Starts all at once and waits for all; results in the order of the work.
template <class T>
std::vector<T> run_all(boost::asio::io_context& loop, std::vector<Async<T>> works) {
  std::vector<std::optional<T>> results(works.size());
  std::size_t left = works.size();
  bool done = works.empty();
  for (std::size_t i = 0; i < works.size(); ++i)
    boost::asio::co_spawn(loop, std::move(works[i]), [&, i](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      results[i].emplace(std::move(value));
      done = --left == 0;
    });
  run_until(loop, done);
  std::vector<T> all;
  for (auto& result : results) all.push_back(std::move(*result));
  return all;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().describe());
  return std::move(*result);
}
inline void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().describe());
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "no error" : std::string(result.error().code().name);
}

class ManualClock : public Clock {
 public:
  Timestamp now() const override { return now_; }
  void advance(std::chrono::microseconds by) { now_ += by; }

 private:
  Timestamp now_ = *parse_time("2026-01-02T03:04:05.123456Z");
};

// 32 hex digits that count up.
class CountingIds : public IdSource {
 public:
  std::string next() override {
    std::string digits = std::to_string(++count_);
    return std::string(32 - digits.size(), '0') + digits;
  }

 private:
  int count_ = 0;
};

}  // namespace docquarry::contracts
