// `docquarry migrate-store`: copies everything from other stores to those of the settings, while the old service goes on as far as it can.
//
//   1. While it works: users, files and documents.
//   2. While it only reads: claims are paused, changes refused, running tasks end; then whatever differs by now.
//   3. Both sides are counted and compared. The old service stays read-only; it is the operator who turns clients to the new one.
//
// Documents that are already right are recognised, so what was interrupted goes on when it is run again.
#pragma once

#include "app/command_watcher.h"
#include "app/settings.h"

namespace docquarry {

struct MigrateStoreOrder {
  std::string from_database, from_files;  // "sqlite:PATH", "file:PATH", ...; empty: these are not copied
  std::string timeout;                    // for running tasks to end; empty: 10 minutes
};

// 0 when every file and row is there; 1 when a file was missing at the source. Errors: those of the stores; invalid_request.
Result<int> migrate_to_stores(const Settings& settings, const MigrateStoreOrder& order, const CommandWatcher& watcher);

}  // namespace docquarry
