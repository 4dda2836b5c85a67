// The work of `docquarry migrate-store` over opened stores.
#pragma once

#include "app/command_watcher.h"
#include "app/spoken.h"
#include "drivers/sql/sql_copy.h"
#include "ports/clock.h"
#include "ports/object_store.h"
#include "ports/queue_control.h"

#include <chrono>

namespace docquarry {

// What is copied from where to where. Where rows are not copied, both databases are the same one; where files are not, files_from is null.
struct StorePair {
  SqlDatabase& database_from;
  SqlDatabase& database_to;
  ObjectStore* files_from;
  ObjectStore* files_to;
  QueueControl& control;  // of the database that the old service uses
  bool rows = true;       // copy them
};

class StoreMigration {
 public:
  StoreMigration(StorePair stores, Clock& clock, const CommandWatcher& watcher, std::chrono::milliseconds drain_time)
      : stores_(stores), clock_(clock), watcher_(watcher), drain_time_(drain_time) {}

  Async<Result<int>> run();

 private:
  Async<Result<void>> freeze();
  Async<Result<void>> copy_changes();
  Async<Result<void>> copy_everything(const char* what);
  Async<Result<void>> copy_batch(CopyBatch batch);
  Async<Result<void>> copy_some(const std::vector<CopiedDocument>& documents, std::size_t& next, bool with_file);
  Async<Result<void>> copy_one(CopiedDocument document, bool with_file);
  Async<Result<void>> copy_file(CopiedDocument document);
  Async<Result<bool>> is_there(CopiedDocument document);
  Async<Result<void>> verify();
  Async<void> thaw();
  void show();

  StorePair stores_;
  Clock& clock_;
  const CommandWatcher& watcher_;
  std::chrono::milliseconds drain_time_;
  SqlCopy rows_{stores_.database_from, stores_.database_to};
  bool was_paused_ = false, was_read_only_ = false;
  std::int64_t total_ = 0, looked_at_ = 0;
  std::int64_t documents_copied_ = 0, files_copied_ = 0, files_missing_ = 0;
  std::uint64_t bytes_copied_ = 0;
  Pace pace_;
};

}  // namespace docquarry
