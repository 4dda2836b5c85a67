// How slow the other side may be: a time to begin with, then a minimum rate, and never a longer silence than `idle`. Only time spent
// waiting for the other side counts, so a slow disk of ours is never held against a client.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace docquarry::http {

class Pace {
 public:
  using Duration = std::chrono::steady_clock::duration;

  Pace(Duration grace, std::uint64_t bytes_per_second, Duration idle) : grace_(grace), rate_(bytes_per_second), idle_(idle) {}

  // How long the next piece may take.
  Duration allowance() const {
    auto earned =
        std::chrono::milliseconds(rate_ == 0 ? INT32_MAX : std::int64_t(std::min(bytes_ * 1000 / rate_, std::uint64_t(INT32_MAX))));
    return std::clamp<Duration>(grace_ + earned - waited_, Duration::zero(), idle_);
  }

  void count(std::uint64_t bytes, Duration waited) {
    bytes_ += bytes;
    waited_ += waited;
  }

 private:
  Duration grace_;
  std::uint64_t rate_;
  Duration idle_;
  std::uint64_t bytes_ = 0;
  Duration waited_{};
};

}  // namespace docquarry::http
