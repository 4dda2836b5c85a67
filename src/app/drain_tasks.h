// Pauses claims and waits until nothing runs.
#pragma once

#include "app/command_watcher.h"
#include "base/async.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/queue_control.h"

#include <chrono>
#include <optional>

namespace docquarry {

class DrainTasks {
 public:
  DrainTasks(QueueControl& control, Clock& clock, const CommandWatcher& watcher)
      : control_(control), clock_(clock), watcher_(watcher) {}

  // False, after a sentence, when something still runs after `timeout`; claims stay paused also then.
  Async<Result<bool>> operator()(std::optional<std::chrono::milliseconds> timeout);

 private:
  QueueControl& control_;
  Clock& clock_;
  const CommandWatcher& watcher_;
};

// Empty for an empty text. Errors: invalid_request.
Result<std::optional<std::chrono::milliseconds>> timeout_of(const std::string& text);

}  // namespace docquarry
