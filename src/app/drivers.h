// Which provider meets which need: the kind of store that one setting per port names decides.
#pragma once

#include "app/settings.h"
#include "drivers/sandbox/sandboxed_extractor.h"
#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/object_store.h"
#include "ports/queue_control.h"
#include "ports/task_ledger.h"
#include "ports/task_queue.h"
#include "ports/user_directory.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>

namespace docquarry {

class PostgresDatabase;
class Redis;
class SqlDatabase;

// In the order in which they need each other; destroyed the other way round.
struct Drivers {
  Drivers();
  Drivers(Drivers&&) noexcept;
  ~Drivers();

  std::unique_ptr<boost::asio::thread_pool> helpers;  // for what would block the loop
  std::unique_ptr<Clock> clock;
  std::unique_ptr<IdSource> ids;
  std::unique_ptr<SqlDatabase> database;
  PostgresDatabase* postgres = nullptr;  // the same, when it is PostgreSQL
  std::unique_ptr<DocumentCatalogue> catalogue;
  std::unique_ptr<TaskLedger> ledger;
  std::unique_ptr<QueueControl> control;
  std::unique_ptr<UserDirectory> users;
  std::unique_ptr<ObjectStore> files;
  std::unique_ptr<TaskQueue> queue;
  // With Redis: what is used while it does not answer.
  std::unique_ptr<ProgressBoard> board_without_redis;
  std::unique_ptr<RateLimiter> limiter_without_redis;
  std::unique_ptr<Redis> redis;
  std::unique_ptr<ProgressBoard> board;
  std::unique_ptr<RateLimiter> limiter;
  std::unique_ptr<ResultCache> cache;
  std::unique_ptr<SandboxedExtractor> extractor;
  std::unique_ptr<Extractor> llamaparse;  // null without a key for it
  bool alone = false;  // an embedded store that only this process uses: whatever was leased, was leased by a dead process
};

SandboxOptions sandbox_options(const Settings& settings);

enum class StoreUse {
  serve,  // an embedded store is then ours alone
  beside  // a command, while a service may run
};

// Opens every store, and brings the schema up to date. Mixes that make no sense are refused with a sentence that says what to set.
Result<Drivers> open_drivers(const Settings& settings, boost::asio::io_context& loop, StoreUse use = StoreUse::serve);

}  // namespace docquarry
