// What operators switch, for all processes at once, and what they see of the tasks.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

enum class Switch {
  paused,    // claims take nothing; whoever runs goes on
  read_only  // clients change nothing: their changes fail with read_only; workers go on
};

struct RunningTask {
  DocumentId document;
  std::string filename;
  WorkerId holder;
  int attempt = 0;
  Timestamp started_at;   // the task's first attempt
  Timestamp lease_until;  // unless its holder extends it, another one takes over then
  int pages_saved = 0, pages_expected = 0;
};

struct QueueOverview {
  std::int64_t waiting = 0;  // due, also those whose worker died
  std::int64_t delayed = 0;  // will be tried again later
  std::int64_t running = 0;
  std::int64_t failed = 0, failed_retryable = 0;  // documents whose newest task failed; those that may succeed when tried again
  std::optional<Timestamp> oldest_waiting;        // when it was accepted
  std::vector<RunningTask> tasks;                 // some of the running ones, those whose leases end first
  std::optional<Timestamp> paused_since, read_only_since;
};

class QueueControl {
 public:
  virtual ~QueueControl() = default;

  // Survives restarts. When it returns, nobody is at work any more who did not see the switch as it is now: no claim that is not paused,
  // no change of a client. Turning what is turned already changes nothing (`since` stays).
  virtual Async<Result<void>> turn_on(Switch which, Timestamp now) = 0;
  virtual Async<Result<void>> turn_off(Switch which) = 0;

  // Rings the bell of whoever hears the database: workers look for work at once.
  virtual Async<Result<void>> ring() = 0;

  // At most `most_tasks` of the running ones.
  virtual Async<Result<QueueOverview>> overview(Timestamp now, int most_tasks) = 0;
};

}  // namespace docquarry
