// `docquarry reset`: deletes everything that is ours, guarded as the original's reset_env.py.
#pragma once

#include "app/command_watcher.h"
#include "app/settings.h"

#include <functional>
#include <string>

namespace docquarry {

struct ResetOrder {
  bool dry_run = false;
  bool force = false;  // ask nothing; users stay
  bool skip_database = false, skip_redis = false, skip_files = false, skip_queue = false;
  // Prints a question and returns the answer without its line end; empty at the end of the input.
  std::function<std::string(const std::string& question)> ask;
};

// 0; 1 when it was not confirmed. Errors: invalid_setting for stores that look like production; those of the stores.
Result<int> reset_stores(const Settings& settings, const ResetOrder& order, const CommandWatcher& watcher);

// Why stores at this address must not be reset; empty when they may. "prod" in the host, "production" in what stands behind it.
std::string reason_not_to_reset(const std::string& address);

// Whether an object is an upload, of this service or of the original: "uploads/", 32 hex digits or a UUID, ".pdf".
bool is_upload_key(const std::string& key);

}  // namespace docquarry
