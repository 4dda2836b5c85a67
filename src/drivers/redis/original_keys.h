// The original service's keys in Redis, for those who import or delete them: task:{id}, result:{id}, all_tasks, rate_limit:*, health:*,
// progress:*; and our own, docquarry:*.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "domain/original_document.h"
#include "drivers/redis/redis.h"
#include "drivers/redis/resp.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

class OriginalKeys {
 public:
  explicit OriginalKeys(Redis& redis) : redis_(redis) {}

  // Those of all_tasks, oldest first, then those that only task:* knows; each once.
  Async<Result<std::vector<std::string>>> task_ids();
  // Empty when there is no task:{id}. Errors: invalid_document when its result is not what the original writes; those of Redis.
  Async<Result<std::optional<OriginalDocument>>> find(std::string id);

  // How many keys the service has; with `remove`, they are gone afterwards. Keys of others are not looked at.
  Async<Result<std::int64_t>> clear(bool remove);

 private:
  Async<Result<Reply>> ask(RedisCommand command);
  Async<Result<std::vector<std::string>>> scan(std::string pattern, std::string& cursor);
  Async<Result<std::vector<std::string>>> all_keys(std::string pattern);

  Redis& redis_;
};

// What is in the JSON that the original keeps under result:{id}. Errors: invalid_document.
Result<OriginalResult> read_original_result(std::string_view json);

}  // namespace docquarry
