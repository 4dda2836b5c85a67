// SqlDatabase on a PostgreSQL server, for any number of processes.
//
// Trips. A read costs one. A transaction costs one when nothing has to be decided about its answer; when a later statement must be taken
// back because an earlier one found nothing, or when a client is promised that it survives, it costs two: the statements, then COMMIT or
// ROLLBACK. In the second case the transaction's id is known before COMMIT is sent.
//
// Failures. What certainly did not happen (the connection was dead before, the server refused, a deadlock) is tried again, for a while.
// When the answer to COMMIT was lost, the server is asked what became of the transaction. Only when that remains unknown, or the server
// stays away, callers hear database_unavailable.
#pragma once

#include "drivers/postgres/postgres_options.h"
#include "drivers/sql/sql_database.h"
#include "drivers/sql/sql_queries.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace docquarry {

class PostgresPool;

struct PostgresStats {
  std::uint64_t trips = 0;
  std::uint64_t statements = 0;  // named ones
  std::uint64_t reads = 0;
  std::uint64_t commits = 0;
  std::uint64_t durable_commits = 0;  // of these, those that wait for the disk
  std::uint64_t retries = 0;          // of what certainly did not happen
  std::uint64_t lost_commits = 0;     // whose answer did not arrive
};

class PostgresDatabase : public SqlDatabase {
 public:
  // Waits for the server, brings its schema up to date, opens no connection yet. Blocking, for the start of the process. Must be destroyed
  // before the loop. Errors: invalid_setting, schema_too_new, database_unavailable.
  static Result<std::unique_ptr<PostgresDatabase>> open(boost::asio::io_context& loop, PostgresOptions options, Timestamp now);
  ~PostgresDatabase() override;

  Async<Result<std::vector<Rows>>> run(Transaction transaction) override;
  Async<Result<std::vector<Rows>>> read(std::vector<Statement> statements) override;
  Async<Result<Rows>> read(Statement statement) override;
  Async<Result<void>> check() override;

  const std::vector<std::string>& applied_migrations() const { return applied_; }  // by this open()
  SqlWork work() const override { return {stats_.statements, stats_.commits, stats_.durable_commits, stats_.trips}; }
  const PostgresStats& stats() const { return stats_; }
  // For drivers that need a connection of their own.
  boost::asio::io_context& loop() { return loop_; }
  const PostgresOptions& options() const { return options_; }

 private:
  struct Attempt;
  class Retries;
  PostgresDatabase(boost::asio::io_context& loop, PostgresOptions options, std::shared_ptr<PostgresPool> pool,
                   std::vector<std::string> applied);

  Async<Attempt> try_to_run(const Transaction& transaction);
  Async<Attempt> try_to_read(const std::vector<Statement>& statements);
  Async<Result<std::vector<Rows>>> find_out(Attempt attempt);

  boost::asio::io_context& loop_;
  PostgresOptions options_;
  SqlQueries queries_{"postgres"};
  std::shared_ptr<PostgresPool> pool_;
  std::vector<std::string> applied_;
  PostgresStats stats_;
};

}  // namespace docquarry
