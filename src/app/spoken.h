// Numbers and times in sentences.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace docquarry {

std::string counted(std::int64_t number, const std::string& noun);  // "1 task", "1,234 tasks"
std::string spoken(std::chrono::seconds time);                      // "35 s", "3 min 4 s", "2 h 5 min", "3 d 4 h"

std::string spoken_bytes(std::uint64_t bytes);  // "512 bytes", "1.5 MB"; 1 MB is 1,000,000 bytes

// Behind a progress bar: "12 of 40 documents, 3 s left". What was done before this run began tells nothing about its pace.
class Pace {
 public:
  explicit Pace(std::int64_t done_before = 0) : done_before_(done_before) {}
  std::string text(std::int64_t done, std::int64_t total, const std::string& noun) const;

 private:
  std::int64_t done_before_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace docquarry
