#include "app/migrate_store_command.h"

#include "app/drain_tasks.h"
#include "app/drivers.h"
#include "app/run_on_loop.h"
#include "app/settings_table.h"
#include "app/store_migration.h"
#include "app/store_url.h"
#include "domain/error_codes.h"

#include <filesystem>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

// As if the setting had this value, unless it is empty.
Result<void> put(Settings& settings, std::string_view name, const std::string& flag, const std::string& value) {
  if (value.empty()) return {};
  for (const auto& row : settings_table()) {
    if (row.name != name) continue;
    auto parsed = row.parse(settings, value);
    if (!parsed) return fail(invalid_request, flag + ": " + parsed.error().message());
  }
  return {};
}

// The old stores: nothing but database and files is used of them, so nothing else is opened.
Result<Settings> settings_of_source(const Settings& settings, const MigrateStoreOrder& order) {
  Settings source = settings;
  CHECK(put(source, "DOCQUARRY_DATABASE", "--from-database", order.from_database));
  CHECK(put(source, "DOCQUARRY_FILES", "--from-files", order.from_files));
  source.queue = source.live = "memory:";
  source.roles = {"api", "worker"};  // with these every mix makes sense
  return source;
}

Result<void> check(const Settings& settings, const Settings& source, const MigrateStoreOrder& order) {
  if (!order.from_database.empty() && source.database == settings.database)
    return fail(invalid_request, "--from-database is the database of the settings: set DOCQUARRY_DATABASE to the new one");
  if (!order.from_files.empty() && source.files == settings.files)
    return fail(invalid_request, "--from-files are the files of the settings: set DOCQUARRY_FILES to the new ones");
  std::string place(store_place(order.from_database));
  if (store_kind(order.from_database) == "sqlite" && !std::filesystem::exists(place))
    return fail(invalid_request, "--from-database: there is no " + place);
  return {};
}

// Where only files move, the database is the same, and a service may use it.
Result<Drivers> open_only_files(const Settings& settings, boost::asio::io_context& loop) {
  Settings only_files = settings;
  only_files.queue = only_files.live = "memory:";
  only_files.roles = {"api", "worker"};
  return open_drivers(only_files, loop, StoreUse::beside);
}

}  // namespace

Result<int> migrate_to_stores(const Settings& settings, const MigrateStoreOrder& order, const CommandWatcher& watcher) {
  if (order.from_database.empty() && order.from_files.empty())
    return fail(invalid_request, "migrate-store needs --from-database, --from-files or both");
  TRY(auto from, settings_of_source(settings, order));
  CHECK(check(settings, from, order));
  TRY(auto timeout, timeout_of(order.timeout));
  boost::asio::io_context loop(1);
  bool rows = !order.from_database.empty(), files = !order.from_files.empty();
  TRY(auto source, open_drivers(from, loop, StoreUse::beside));
  TRY(auto target, rows ? open_drivers(settings, loop, StoreUse::serve) : open_only_files(settings, loop));
  StorePair stores{*source.database,   *target.database, files ? source.files.get() : nullptr,
                   target.files.get(), *source.control,  rows};
  StoreMigration migration(stores, *source.clock, watcher, timeout.value_or(10min));
  return run_on_loop(loop, migration.run());
}

}  // namespace docquarry
