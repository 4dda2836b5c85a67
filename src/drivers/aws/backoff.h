// How long to leave something alone that fails: twice as long after each failure, less a random part, so that many processes do not come
// back at the same moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace docquarry::aws {

class Backoff {
 public:
  using Clock = std::chrono::steady_clock;

  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest), random_(std::random_device{}()) {}

  void failed() {
    pause_ = pause_.count() == 0 ? first_ : std::min(pause_ * 2, longest_);
    until_ = Clock::now() + std::chrono::milliseconds(std::uniform_int_distribution(pause_.count() / 2, pause_.count())(random_));
  }
  void succeeded() {
    pause_ = pause_.zero();
    until_ = {};
  }

  bool is_failing() const { return pause_.count() > 0; }
  bool is_over() const { return Clock::now() >= until_; }
  Clock::time_point until() const { return until_; }

 private:
  std::chrono::milliseconds first_, longest_, pause_{0};
  Clock::time_point until_;
  std::minstd_rand random_;
};

}  // namespace docquarry::aws
