// The SQL drivers over an empty PostgreSQL database, for the contract suites.
#pragma once

#include "drivers/postgres/postgres_database.h"
#include "drivers/postgres/postgres_server_test.h"
#include "drivers/sql/sql_catalogue.h"
#include "drivers/sql/sql_ledger.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sql/sql_users.h"
#include "tests/contracts/run.h"

namespace docquarry {

class PostgresStores {
 public:
  PostgresStores() {
    static bool made = (PostgresServer::shared().create_database("docquarry"), true);
    (void)made;
    open();
    server().execute("TRUNCATE users, documents, tasks, pages, idempotency_keys, idempotency_documents, switches RESTART IDENTITY");
  }

  static PostgresServer& server() { return PostgresServer::shared(); }
  boost::asio::io_context& loop() { return loop_; }
  DocumentCatalogue& catalogue() { return *catalogue_; }
  TaskLedger& ledger() { return *ledger_; }
  UserDirectory& users() { return *users_; }
  QueueControl& control() { return *control_; }
  PostgresDatabase& database() { return *database_; }
  // Asks the server itself, beside the drivers.
  std::int64_t number(const std::string& sql) const { return std::stoll(server().execute(sql)); }

  void reopen() {
    database_.reset();
    open();
  }
  // With other options than the usual ones, for instance the URL of a proxy.
  void reopen(PostgresOptions other) {
    options = std::move(other);
    reopen();
  }

  PostgresOptions options{.url = server().url("docquarry")};
  contracts::ManualClock clock;
  contracts::CountingIds ids;

 private:
  void open() {
    database_ = contracts::must(PostgresDatabase::open(loop_, options, clock.now()));
    catalogue_ = std::make_unique<SqlCatalogue>(*database_, ids);
    ledger_ = std::make_unique<SqlLedger>(*database_, ids);
    users_ = std::make_unique<SqlUsers>(*database_);
    control_ = std::make_unique<SqlQueueControl>(*database_);
  }

  boost::asio::io_context loop_;
  std::unique_ptr<PostgresDatabase> database_;
  std::unique_ptr<SqlCatalogue> catalogue_;
  std::unique_ptr<SqlLedger> ledger_;
  std::unique_ptr<SqlUsers> users_;
  std::unique_ptr<SqlQueueControl> control_;
};

}  // namespace docquarry
