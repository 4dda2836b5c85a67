// What a database engine must offer, and no more: named statements with parameters, run together or not at all.
//
// A transaction is known completely before it starts: no statement needs a decision of the program about the answer of an earlier one
// (later ones say `WHERE uid = $1` or repeat the condition instead). So it costs one round trip, SQLite can let many waiting
// callers share one commit, and PostgreSQL can pipeline it.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "drivers/sql/sql_value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

class Statement {
 public:
  // `name` is a statement of sql/queries. Names and messages are literals: they are not copied. A parameter is anything that
  // sql_value() takes.
  template <class... Parameters>
  explicit Statement(std::string_view name, const Parameters&... parameters) : name_(name) {
    parameters_.reserve(sizeof...(parameters));
    (parameters_.push_back(sql_value(parameters)), ...);
  }

  // With parameters whose number is known only when the program runs.
  Statement(std::string_view name, std::vector<SqlValue> parameters) : name_(name), parameters_(std::move(parameters)) {}

  // Without a row given back or changed, the whole transaction is rolled back and fails with this code.
  Statement or_fail(const ErrorCode& code, std::string_view message) && {
    code_if_nothing_ = &code;
    message_if_nothing_ = message;
    return std::move(*this);
  }
  // Keeps the optional lines of the statement's text that are marked with `part`.
  void include(std::string_view part) { parts_.push_back(part); }

  std::string_view name() const { return name_; }
  const std::vector<std::string_view>& parts() const { return parts_; }
  const std::vector<SqlValue>& parameters() const { return parameters_; }
  const ErrorCode* code_if_nothing() const { return code_if_nothing_; }
  std::string_view message_if_nothing() const { return message_if_nothing_; }

 private:
  std::string_view name_;
  std::vector<std::string_view> parts_;
  std::vector<SqlValue> parameters_;
  const ErrorCode* code_if_nothing_ = nullptr;
  std::string_view message_if_nothing_;
};

// How much a commit promises when run() returns.
enum class Durability {
  process,  // survives the death of our process: claims, heartbeats. Losing them costs work, not truth
  server,   // also that of a database server, which we outlive: pages of a running task, because who completes it counts on them
  power     // survives a power loss: everything that was promised to a client
};

struct Transaction {
  explicit Transaction(Durability promised) : durability(promised) {}

  void add(Statement statement) { statements.push_back(std::move(statement)); }

  Durability durability;
  std::vector<Statement> statements;
};

// What a database has done for this process so far.
struct SqlWork {
  std::uint64_t statements = 0, commits = 0;
  std::uint64_t durable_commits = 0;  // of the commits, those that waited for the disk
  std::uint64_t trips = 0;            // to a server; 0 without one
};

class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;

  // All or nothing; the rows of every statement, in order. When the caller is cancelled the transaction may or may not happen.
  // Errors: those of or_fail; database_unavailable; storage_full.
  virtual Async<Result<std::vector<Rows>>> run(Transaction transaction) = 0;

  // Reads from one state of the database, one trip for all statements.
  virtual Async<Result<std::vector<Rows>>> read(std::vector<Statement> statements) = 0;
  virtual Async<Result<Rows>> read(Statement statement) = 0;

  virtual Async<Result<void>> check() = 0;  // can it be read and written?

  virtual SqlWork work() const = 0;
};

}  // namespace docquarry
