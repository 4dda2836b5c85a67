// `docquarry import-redis`: documents that the original service kept only in Redis become rows of the database, as its own
// scripts/migrate_redis_to_pg.py did it, and with their pages and tasks besides.
#pragma once

#include "app/command_watcher.h"
#include "app/settings.h"

namespace docquarry {

// 1 when a document could not be imported. Errors: those of the stores; invalid_setting when no Redis is set.
Result<int> import_from_redis(const Settings& settings, bool dry_run, const CommandWatcher& watcher);

}  // namespace docquarry
