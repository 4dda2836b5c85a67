// A task is one extraction of one document. Its life:
//
//   PENDING --claim--> PROCESSING --complete--> COMPLETED
//      ^                 |   |
//      |<--hand back-----+   +--give up--> FAILED
//      |<--lease expired-+   +--cancel---> CANCELLED   (a PENDING task is cancelled at once)
//
// Nothing leaves a final state except an explicit retry by a client, which starts a new task for the document.
#pragma once

#include "base/time.h"
#include "domain/error_codes.h"
#include "domain/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace docquarry {

enum class TaskState { pending, processing, completed, failed, cancelled };

// The words of the API and of SQL: "PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED".
std::string_view to_text(TaskState state);
std::optional<TaskState> task_state_named(std::string_view name);
inline bool is_final(TaskState state) { return state != TaskState::pending && state != TaskState::processing; }

// What is told to clients about a task that did not complete.
struct Failure {
  std::string code;     // name of an ErrorCode
  std::string message;  // for people; no internal text
  int page = 0;         // the page that is to blame; 0 when it is not known or does not apply
  bool retryable = false;
};
Failure to_failure(const Error& error);

// How often a task may fail before it is given up. Every kind of failure has its own budget.
struct AttemptLimits {
  int backend_failures = 8;  // a store or the extractor's start failed: waits longer each time, in all for four minutes
  int child_failures = 2;    // the document made the child crash or misbehave: one more try in a fresh process
  int interruptions = 20;    // the worker itself died or was stopped (a lease ran out): not the document's fault
};

// What the ledger counts about a task; `interruptions` is raised by a claim that takes over an expired lease.
struct AttemptCounts {
  int backend_failures = 0, child_failures = 0, interruptions = 0;
};

// When to try again after `error`, or empty: give up. `counts` already include this failure.
std::optional<Timestamp> retry_time(const Error& error, const AttemptCounts& counts, const AttemptLimits& limits, Timestamp now);

// True when the failure is charged to the document, not to a store.
bool blames_child(const ErrorCode& code);

}  // namespace docquarry
