// One connection to an SQLite file, with its prepared statements. Used by one thread at a time.
#pragma once

#include "base/result.h"
#include "drivers/sql/sql_database.h"
#include "drivers/sql/sql_queries.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace docquarry {

class SqliteConnection {
 public:
  enum class Use { read, write };

  // `vfs` is the name of a registered SQLite file system; empty: the usual one.
  static Result<SqliteConnection> open(const std::filesystem::path& path, Use use, const SqlQueries& queries,
                                       const std::string& vfs = {});
  SqliteConnection(SqliteConnection&&) noexcept;
  SqliteConnection& operator=(SqliteConnection&&) noexcept;
  ~SqliteConnection();

  // A statement of sql/queries; checks its or_fail.
  Result<Rows> run(const Statement& statement);
  // Any SQL, also several statements; for pragmas, transactions and migrations.
  Result<void> execute(const char* sql);
  Result<std::int64_t> execute_for_number(const char* sql);
  // For tests: prepares without running.
  Result<void> prepare_only(const Query& query);

  bool in_transaction() const;

 private:
  struct Prepared;
  SqliteConnection(sqlite3* handle, const SqlQueries& queries);
  Result<Prepared*> prepared(const Query& query);
  Result<void> bind(Prepared& prepared, const Query& query, const Statement& statement);
  Result<Rows> step_through(Prepared& prepared);
  Error failure(std::string_view what) const;

  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Closer> handle_;
  const SqlQueries* queries_;
  std::unordered_map<const Query*, std::unique_ptr<Prepared>> prepared_;
};

}  // namespace docquarry
