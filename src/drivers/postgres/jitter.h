// Pauses that differ between processes, so that those who failed together do not come back together.
#pragma once

#include <chrono>
#include <random>

namespace docquarry {

// Between half and the whole of `pause`.
inline std::chrono::steady_clock::duration jittered(std::chrono::steady_clock::duration pause) {
  thread_local std::minstd_rand random{std::random_device()()};
  return pause / 2 + std::chrono::steady_clock::duration(std::uniform_int_distribution<std::int64_t>(0, pause.count() / 2)(random));
}

}  // namespace docquarry
