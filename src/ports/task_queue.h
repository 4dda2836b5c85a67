// A doorbell. Announcements may be lost, doubled or late; what is due stands in the ledger.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"

#include <optional>
#include <string>

namespace docquarry {

// What is announced: enough for the original's message body.
struct TaskTicket {
  TaskId task;
  DocumentId document;
  Uid uid;
  ObjectKey content;
  std::string filename;
  Timestamp created_at;
  std::optional<std::string> prompt;
};

class TaskQueue {
 public:
  virtual ~TaskQueue() = default;
  virtual Async<Result<void>> announce(TaskTicket ticket) = 0;
  // Returns after consuming one announcement (an earlier one that nobody waited for counts); ends when cancelled.
  virtual Async<Result<void>> wait() = 0;

  // For /readyz: do announcements get through right now? Changes nothing. Answers within a second, whatever the queue does.
  virtual Async<Result<void>> check() = 0;
};

}  // namespace docquarry
