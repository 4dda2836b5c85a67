// The work of `docquarry import-redis` over opened stores.
#pragma once

#include "app/command_watcher.h"
#include "app/spoken.h"
#include "drivers/redis/original_keys.h"
#include "drivers/sql/sql_import.h"

namespace docquarry {

class RedisImport {
 public:
  RedisImport(OriginalKeys& keys, SqlImport& rows, bool dry_run, const CommandWatcher& watcher)
      : keys_(keys), rows_(rows), dry_run_(dry_run), watcher_(watcher) {}

  // 0, or 1 when a document could not be imported.
  Async<Result<int>> run();

 private:
  enum class Outcome { imported, known, ours, nothing };
  Async<Result<Outcome>> import_one(std::string id);

  OriginalKeys& keys_;
  SqlImport& rows_;
  bool dry_run_;
  const CommandWatcher& watcher_;
  std::int64_t begins_anew_ = 0;  // imported ones that are to be processed
};

}  // namespace docquarry
