// The SQL drivers over a fresh SQLite file, for the contract suites.
#pragma once

#include "drivers/sql/sql_catalogue.h"
#include "drivers/sql/sql_ledger.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sql/sql_users.h"
#include "drivers/sqlite/sqlite_connection.h"
#include "drivers/sqlite/sqlite_database.h"
#include "tests/contracts/run.h"

#include <cstdlib>
#include <filesystem>

namespace docquarry {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "docquarry-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class SqliteStores {
 public:
  SqliteStores() { open(); }

  boost::asio::io_context& loop() { return loop_; }
  DocumentCatalogue& catalogue() { return *catalogue_; }
  TaskLedger& ledger() { return *ledger_; }
  UserDirectory& users() { return *users_; }
  QueueControl& control() { return *control_; }
  SqliteDatabase& database() { return *database_; }
  std::filesystem::path file() const { return directory_.path() / "docquarry.db"; }
  // Looks at the file itself, beside the drivers.
  std::int64_t number(const std::string& sql) const {
    SqlQueries queries("sqlite");
    auto connection = contracts::must(SqliteConnection::open(file(), SqliteConnection::Use::read, queries));
    return contracts::must(connection.execute_for_number(sql.c_str()));
  }

  void reopen() {
    database_.reset();
    open();
  }

  contracts::ManualClock clock;
  contracts::CountingIds ids;

 private:
  void open() {
    SqliteOptions options;
    options.path = file();
    database_ = contracts::must(SqliteDatabase::open(options, clock.now()));
    catalogue_ = std::make_unique<SqlCatalogue>(*database_, ids);
    ledger_ = std::make_unique<SqlLedger>(*database_, ids);
    users_ = std::make_unique<SqlUsers>(*database_);
    control_ = std::make_unique<SqlQueueControl>(*database_);
  }

  TemporaryDirectory directory_;
  boost::asio::io_context loop_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<SqlCatalogue> catalogue_;
  std::unique_ptr<SqlLedger> ledger_;
  std::unique_ptr<SqlUsers> users_;
  std::unique_ptr<SqlQueueControl> control_;
};

}  // namespace docquarry
