#include "drivers/sql/migrate.h"

#include "domain/error_codes.h"
#include "embedded/sql_files.h"

#include <algorithm>
#include <charconv>

namespace docquarry {

std::vector<Migration> migrations_for(std::string_view engine) {
  std::string folder = "sql/migrations/" + std::string(engine) + "/";
  std::vector<Migration> migrations;
  for (const auto& file : embedded::sql_files()) {
    if (!file.path.starts_with(folder)) continue;
    Migration migration;
    migration.name = file.path.substr(folder.size());
    migration.name.remove_suffix(std::string_view(".sql").size());
    std::from_chars(migration.name.data(), migration.name.data() + migration.name.size(), migration.number);
    migration.sql = file.content;
    migrations.push_back(migration);
  }
  std::sort(migrations.begin(), migrations.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return migrations;
}

Result<std::vector<std::string>> migrate(MigrationTarget& target, const std::vector<Migration>& migrations, Timestamp now) {
  TRY(int version, target.lock_and_read_version());
  int newest = migrations.empty() ? 0 : migrations.back().number;
  if (version > newest)
    return fail(schema_too_new, "the database has schema " + std::to_string(version) + ", this program knows " +
                                    std::to_string(newest) + ": start the newer version of docquarry that made it");
  std::vector<std::string> applied;
  for (const auto& migration : migrations) {
    if (migration.number <= version) continue;
    auto done = target.apply(migration, now);
    if (!done) return fail(std::move(done).error().in("apply migration " + std::string(migration.name)));
    applied.emplace_back(migration.name);
  }
  return applied;
}

}  // namespace docquarry
