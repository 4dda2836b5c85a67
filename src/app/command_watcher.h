// How a command speaks while it works. What it says are sentences; where they go, and how progress looks, is the caller's.
#pragma once

#include <functional>
#include <string>

namespace docquarry {

struct CommandWatcher {
  std::function<void(double fraction, const std::string& text)> progress;  // from 0 to 1
  std::function<void(const std::string& line)> say, complain;
};

}  // namespace docquarry
