#include "drivers/postgres/postgres_errors.h"

#include "domain/error_codes.h"

namespace docquarry {
namespace {

bool is_of_class(const PostgresRefusal& refusal, std::string_view two_digits) { return refusal.sqlstate.starts_with(two_digits); }

const ErrorCode& code_of(const PostgresRefusal& refusal) {
  if (refusal.sqlstate == "53100") return storage_full;  // disk_full
  if (refusal.sqlstate == "22001") return invalid_request;
  // Constraints, values, syntax: our statements never run into these.
  for (std::string_view defect : {"22", "23", "42"})
    if (is_of_class(refusal, defect)) return internal_error;
  return database_unavailable;
}

}  // namespace

bool ends_connection(const PostgresRefusal& refusal) {
  return refusal.sqlstate == "57P01" || refusal.sqlstate == "57P02" || refusal.sqlstate == "57P03" || refusal.sqlstate == "57P05" ||
         refusal.sqlstate == "25P03" || refusal.sqlstate == "25006" || is_of_class(refusal, "08");
}

bool is_conflict(const PostgresRefusal& refusal) { return refusal.sqlstate == "40001" || refusal.sqlstate == "40P01"; }

Error error_of(const PostgresRefusal& refusal, const std::string& step) {
  // What the server says about values repeats them, and a value may be a password or a document's text.
  std::string message = refusal.sqlstate == "22001"  ? "a text is longer than its column"
                        : is_of_class(refusal, "22") ? "a value is not what its column holds"
                                                     : refusal.message;
  return Error(code_of(refusal), message + " (SQLSTATE " + refusal.sqlstate + ")").in(step);
}

}  // namespace docquarry
