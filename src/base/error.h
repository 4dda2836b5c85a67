// What went wrong, as a value: a code from the table, a sentence for people, and the steps it passed on its way up.
#pragma once

#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

// What kind of failure a code is. Faces choose the status from the kind, workers choose whether to try again.
enum class ErrorKind {
  invalid,
  unsupported,
  not_found,
  forbidden,
  conflict,
  too_large,
  too_many,
  unavailable,
  timeout,
  cancelled,
  internal
};

// One row of the error table (domain/error_codes.h). Rows live for ever and are compared by address.
struct ErrorCode {
  std::string_view name;  // stable, snake_case; shown in the API
  ErrorKind kind;
  bool retryable;                // trying the same thing again later may succeed
  std::string_view public_text;  // a sentence that may be shown to anyone
};

class Error {
 public:
  // `message` is lowercase, concrete, without full stop and without secrets or document text.
  Error(const ErrorCode& code, std::string message, std::source_location where = std::source_location::current());

  const ErrorCode& code() const { return *code_; }
  const std::string& message() const { return message_; }
  bool is(const ErrorCode& code) const { return code_ == &code; }

  // Names the step that failed; called on the way up, the innermost step first.
  Error in(std::string_view step) &&;

  // For logs: "store file: open spool: no space left on device [storage_full disk_object_store.cc:57]".
  std::string describe() const;

 private:
  const ErrorCode* code_;
  std::string message_;
  std::vector<std::string> steps_;
  std::source_location where_;
};

}  // namespace docquarry
