// Migrations on PostgreSQL, over a connection of their own that blocks. Source: PostgreSQL documentation, 13.3.5 (advisory locks).
#pragma once

#include "drivers/postgres/postgres_address.h"
#include "drivers/postgres/postgres_options.h"
#include "drivers/sql/migrate.h"

#include <memory>

struct pg_conn;

namespace docquarry {

class PostgresMigrationTarget : public MigrationTarget {
 public:
  // Waits up to options.start_time for a server that does not answer yet; one that refuses us is not asked again.
  // Errors: database_unavailable with what the operator can do.
  static Result<PostgresMigrationTarget> connect(const PostgresAddress& address, const PostgresOptions& options);

  Result<int> lock_and_read_version() override;
  Result<void> apply(const Migration& migration, Timestamp now) override;

 private:
  struct Closer {
    void operator()(pg_conn* connection) const;
  };
  explicit PostgresMigrationTarget(std::unique_ptr<pg_conn, Closer> connection) : connection_(std::move(connection)) {}
  // The last statement's first value, or empty.
  Result<std::string> execute(const std::string& sql);

  std::unique_ptr<pg_conn, Closer> connection_;
};

}  // namespace docquarry
