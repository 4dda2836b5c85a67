// SqlDatabase in a file of this machine. One service at a time: the data directory is locked while it is open. Commands may come beside it;
// SQLite itself keeps what both write apart.
#pragma once

#include "base/files.h"
#include "drivers/sql/sql_database.h"
#include "drivers/sql/sql_queries.h"
#include "drivers/sqlite/sqlite_threads.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace docquarry {

struct SqliteOptions {
  std::filesystem::path path;  // "data/docquarry.db"; the directory is made, and its file "lock" is locked
  int readers = 2;
  bool beside = false;  // do not hold the lock, and work also while another process holds it; the schema is then taken as it is
  std::string vfs;      // for tests: an SQLite file system that fails
};

class SqliteDatabase : public SqlDatabase {
 public:
  // Opens or creates the file and brings its schema up to date. Blocking, for the start of the process. Must be destroyed before the loop
  // that its callers run on. Errors: data_in_use (with `beside`: only when the other process is of another version), schema_too_new, database_unavailable, storage_full.
  static Result<std::unique_ptr<SqliteDatabase>> open(SqliteOptions options, Timestamp now);

  Async<Result<std::vector<Rows>>> run(Transaction transaction) override;
  Async<Result<std::vector<Rows>>> read(std::vector<Statement> statements) override;
  Async<Result<Rows>> read(Statement statement) override;
  Async<Result<void>> check() override;

  const std::vector<std::string>& applied_migrations() const { return applied_; }  // by this open()
  SqlWork work() const override;
  SqliteStats stats() const;

 private:
  SqliteDatabase(std::unique_ptr<SqlQueries> queries, UniqueFd lock, std::vector<std::string> applied, SqliteConnection writer,
                 std::vector<SqliteConnection> readers);

  std::unique_ptr<SqlQueries> queries_;
  UniqueFd lock_;  // held until both kinds of threads have ended
  std::vector<std::string> applied_;
  SqliteWriter writer_;
  SqliteReaders readers_;
};

}  // namespace docquarry
