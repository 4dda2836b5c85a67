// `docquarry queue`: what operators see of the tasks, and how they stop and start them.
#pragma once

#include "app/command_watcher.h"
#include "app/settings.h"

namespace docquarry {

struct QueueOrder {
  std::string action;      // "list", "pause", "resume", "drain", "redrive", "setup"
  std::string timeout;     // of drain; empty: as long as it takes
  bool read_only = false;  // of pause
  bool repair = false;     // of setup
  bool json = false;       // of list
};

// The exit status. Errors: those of the stores; invalid_request for a time that is none.
Result<int> look_after_queue(const Settings& settings, const QueueOrder& order, const CommandWatcher& watcher);

}  // namespace docquarry
