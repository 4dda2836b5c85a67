#include "app/migrate_command.h"

#include "app/store_options.h"
#include "app/store_url.h"
#include "drivers/postgres/postgres_database.h"
#include "drivers/sqlite/sqlite_database.h"
#include "drivers/system/system_clock.h"

#include <cstdio>

namespace docquarry {
namespace {

Result<std::vector<std::string>> migrate_sqlite(const Settings& settings) {
  SqliteOptions options;
  options.path = std::string(store_place(settings.database));
  TRY(auto database, SqliteDatabase::open(std::move(options), SystemClock().now()));
  return database->applied_migrations();
}

Result<std::vector<std::string>> migrate_postgres(const Settings& settings) {
  boost::asio::io_context loop(1);
  TRY(auto database, PostgresDatabase::open(loop, postgres_options(settings), SystemClock().now()));
  return database->applied_migrations();
}

}  // namespace

Result<void> migrate_stores(const Settings& settings) {
  bool is_postgres = store_kind(settings.database) == "postgres";
  TRY(auto applied, is_postgres ? migrate_postgres(settings) : migrate_sqlite(settings));
  for (const auto& name : applied) std::printf("applied %s\n", name.c_str());
  if (applied.empty()) std::printf("nothing to apply\n");
  return {};
}

}  // namespace docquarry
