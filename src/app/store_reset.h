// The work of `docquarry reset` over opened stores.
#pragma once

#include "app/command_watcher.h"
#include "app/spoken.h"
#include "drivers/sql/sql_database.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace docquarry {

class StoreReset {
 public:
  // What is null is left alone.
  StoreReset(SqlDatabase* database, ObjectStore* files, Clock& clock, const CommandWatcher& watcher)
      : database_(database), files_(files), clock_(clock), watcher_(watcher) {}

  // Documents with their files, then uploads that belong to none.
  Async<Result<void>> delete_documents(std::int64_t expected);
  Async<Result<void>> delete_users();

 private:
  Async<Result<void>> delete_rows(std::int64_t expected);
  Async<Result<void>> delete_uploads();

  SqlDatabase* database_;
  ObjectStore* files_;
  Clock& clock_;
  const CommandWatcher& watcher_;
};

}  // namespace docquarry
