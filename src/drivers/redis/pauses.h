// How long to wait before each next try: doubling, each cut by up to a half, so that many processes do not come all at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace docquarry {

class Pauses {
 public:
  Pauses(std::chrono::milliseconds first, std::chrono::milliseconds last) : first_(first), last_(last), next_(first) {}

  std::chrono::milliseconds next() {
    std::uniform_int_distribution<std::int64_t> cut(next_.count() / 2, next_.count());
    next_ = std::min(2 * next_, last_);
    return std::chrono::milliseconds(cut(chance_));
  }
  void start_afresh() { next_ = first_; }

 private:
  std::chrono::milliseconds first_, last_, next_;
  std::minstd_rand chance_{std::random_device{}()};
};

}  // namespace docquarry
