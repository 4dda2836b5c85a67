#include "app/redis_import.h"

#include <fmt/core.h>

#include <map>

namespace docquarry {

Async<Result<int>> RedisImport::run() {
  CO_TRY(auto ids, co_await keys_.task_ids());
  if (!dry_run_) CO_CHECK(co_await rows_.make_owner());
  Pace pace;
  std::map<Outcome, std::int64_t> counts;
  std::int64_t done = 0, failed = 0, total = std::int64_t(ids.size());
  for (auto& id : ids) {
    auto outcome = co_await import_one(id);
    if (outcome) ++counts[*outcome];
    else ++failed, watcher_.complain("task " + id + ": " + outcome.error().message());
    ++done;
    watcher_.progress(double(done) / double(total), pace.text(done, total, "task"));
  }
  watcher_.say(
      fmt::format("{} in Redis: {} {}, {} in the database already, {} of this service itself, {} without a file, {} failed.",
                  counted(total, "task"), counts[Outcome::imported], dry_run_ ? "would be imported" : "imported",
                  counts[Outcome::known], counts[Outcome::ours], counts[Outcome::nothing], failed));
  if (begins_anew_ > 0)
    watcher_.say(fmt::format("{} {} processed again: they had not ended, or their results had expired.",
                             counted(begins_anew_, "document"), dry_run_ ? "would be" : "will be"));
  co_return failed > 0 ? 1 : 0;
}

Async<Result<RedisImport::Outcome>> RedisImport::import_one(std::string id) {
  CO_TRY(auto document, co_await keys_.find(id));
  if (!document) co_return Outcome::nothing;  // listed, but forgotten
  if (document->is_ours) co_return Outcome::ours;
  if (document->s3_key.empty()) co_return Outcome::nothing;  // deleted while a worker had it
  CO_TRY(bool known, co_await rows_.knows(ObjectKey(document->s3_key)));
  if (known) co_return Outcome::known;
  bool anew = document->state == TaskState::pending || (document->state == TaskState::completed && !document->result);
  if (!dry_run_) {
    CO_TRY(bool added, co_await rows_.add(std::move(*document)));
    if (!added) co_return Outcome::known;
  }
  if (anew) ++begins_anew_;
  co_return Outcome::imported;
}

}  // namespace docquarry
