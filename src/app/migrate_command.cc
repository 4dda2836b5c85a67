#include "app/migrate_command.h"

#include "drivers/sqlite/sqlite_database.h"
#include "drivers/system/system_clock.h"

#include <cstdio>

namespace docquarry {

Result<void> migrate_stores(const Settings& settings) {
  SqliteOptions options;
  options.path = settings.database.substr(settings.database.find(':') + 1);
  TRY(auto database, SqliteDatabase::open(std::move(options), SystemClock().now()));
  for (const auto& name : database->applied_migrations()) std::printf("applied %s\n", name.c_str());
  if (database->applied_migrations().empty()) std::printf("nothing to apply\n");
  return {};
}

}  // namespace docquarry
