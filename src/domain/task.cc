#include "domain/task.h"

#include <array>

namespace docquarry {
namespace {

constexpr std::array<std::string_view, 5> state_names{"PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"};

}  // namespace

std::string_view to_text(TaskState state) { return state_names[std::size_t(state)]; }

std::optional<TaskState> task_state_named(std::string_view name) {
  for (std::size_t i = 0; i < state_names.size(); ++i)
    if (state_names[i] == name) return TaskState(i);
  return std::nullopt;
}

Failure to_failure(const Error& error) {
  // The message of a failed document is written for its owner; anything internal is replaced by the table's sentence.
  bool internal = error.code().kind == ErrorKind::internal || error.code().kind == ErrorKind::unavailable;
  std::string message = internal || error.message().empty() ? std::string(error.code().public_text) : error.message();
  return {std::string(error.code().name), std::move(message), 0, error.code().retryable};
}

bool blames_child(const ErrorCode& code) { return &code == &extractor_crashed || &code == &extractor_misbehaved; }

std::optional<Timestamp> retry_time(const Error& error, const AttemptCounts& counts, const AttemptLimits& limits, Timestamp now) {
  using namespace std::chrono_literals;
  if (blames_child(error.code())) return counts.child_failures < limits.child_failures ? std::optional(now) : std::nullopt;
  if (!error.code().retryable || counts.backend_failures >= limits.backend_failures) return std::nullopt;
  int doublings = counts.backend_failures < 1 ? 0 : counts.backend_failures - 1;
  return now + 2s * (1 << std::min(doublings, 8));
}

}  // namespace docquarry
