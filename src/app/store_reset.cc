#include "app/store_reset.h"

#include "app/reset_command.h"

#include <fmt/core.h>

namespace docquarry {

Async<Result<void>> StoreReset::delete_documents(std::int64_t expected) {
  if (database_ != nullptr) CO_CHECK(co_await delete_rows(expected));
  if (files_ != nullptr) CO_CHECK(co_await delete_uploads());
  co_return Result<void>{};
}

// Rows first: a file without a row is found by delete_uploads() and by the sweeper, a row without its file is an error that people see.
Async<Result<void>> StoreReset::delete_rows(std::int64_t expected) {
  constexpr int at_once = 200;
  Pace pace;
  std::int64_t deleted = 0;
  while (true) {
    Transaction transaction(Durability::power);
    transaction.add(Statement("reset_documents", at_once));
    CO_TRY(auto answers, co_await database_->run(std::move(transaction)));
    Rows& keys = answers[0];
    if (keys.empty()) break;
    for (std::size_t i = 0; i < keys.size() && files_ != nullptr; ++i) {
      RowReader row(keys, i);
      ObjectKey key(row.text());
      CO_CHECK(co_await files_->remove(key));
    }
    deleted += std::int64_t(keys.size());
    watcher_.progress(double(deleted) / double(std::max(deleted, expected)),
                      pace.text(deleted, std::max(deleted, expected), "document"));
  }
  Transaction keys(Durability::power);
  keys.add(Statement("reset_keys"));
  CO_CHECK(co_await database_->run(std::move(keys)));
  watcher_.say(fmt::format("Deleted {} with tasks and results.", counted(deleted, "document")));
  co_return Result<void>{};
}

Async<Result<void>> StoreReset::delete_uploads() {
  constexpr int at_once = 500;
  std::int64_t deleted = 0, left_alone = 0;
  auto now = clock_.now();
  ObjectKey after;
  while (true) {
    CO_TRY(auto keys, co_await files_->list(after, now, at_once));
    if (keys.empty()) break;
    after = keys.back();
    for (const auto& key : keys) {
      if (!is_upload_key(key.value())) {
        ++left_alone;
        continue;
      }
      CO_CHECK(co_await files_->remove(key));
      ++deleted;
    }
  }
  CO_CHECK(co_await files_->remove_unfinished(now));
  if (deleted > 0) watcher_.say(fmt::format("Deleted {} that belonged to no document.", counted(deleted, "file")));
  if (left_alone > 0) watcher_.say(fmt::format("Left {} alone: not made by this service.", counted(left_alone, "object")));
  co_return Result<void>{};
}

Async<Result<void>> StoreReset::delete_users() {
  Transaction transaction(Durability::power);
  transaction.add(Statement("reset_users"));
  CO_TRY(auto answers, co_await database_->run(std::move(transaction)));
  watcher_.say(fmt::format("Deleted {}.", counted(answers[0].affected, "user")));
  co_return Result<void>{};
}

}  // namespace docquarry
