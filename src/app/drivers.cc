#include "app/drivers.h"

#include "app/store_options.h"
#include "app/store_settings.h"
#include "app/store_url.h"
#include "domain/error_codes.h"
#include "drivers/aws/s3_object_store.h"
#include "drivers/aws/sqs_task_queue.h"
#include "drivers/disk/disk_object_store.h"
#include "drivers/llamaparse/llamaparse_extractor.h"
#include "drivers/memory/memory_progress_board.h"
#include "drivers/memory/memory_rate_limiter.h"
#include "drivers/memory/memory_result_cache.h"
#include "drivers/memory/memory_task_queue.h"
#include "drivers/postgres/postgres_database.h"
#include "drivers/postgres/postgres_task_queue.h"
#include "drivers/redis/redis.h"
#include "drivers/redis/redis_progress_board.h"
#include "drivers/redis/redis_rate_limiter.h"
#include "drivers/redis/redis_result_cache.h"
#include "drivers/sql/sql_catalogue.h"
#include "drivers/sql/sql_ledger.h"
#include "drivers/sql/sql_progress_board.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sql/sql_users.h"
#include "drivers/sqlite/sqlite_database.h"
#include "drivers/system/system_clock.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace docquarry {
namespace {

tl::unexpected<Error> unknown_kind(std::string_view setting, std::string_view url) {
  return fail(invalid_setting, std::string(setting) + ": no store of the kind '" + std::string(store_kind(url)) + ":' is known");
}

Result<void> open_sqlite(const Settings& settings, StoreUse use, Drivers& drivers) {
  SqliteOptions options;
  options.path = std::string(store_place(settings.database));
  options.beside = use == StoreUse::beside;
  TRY(drivers.database, SqliteDatabase::open(std::move(options), drivers.clock->now()));
  drivers.alone = use == StoreUse::serve;
  return {};
}

Result<void> open_postgres(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  TRY(auto database, PostgresDatabase::open(loop, postgres_options(settings), drivers.clock->now()));
  drivers.postgres = database.get();
  drivers.database = std::move(database);
  return {};
}

Result<void> open_database(const Settings& settings, StoreUse use, boost::asio::io_context& loop, Drivers& drivers) {
  auto kind = store_kind(settings.database);
  if (kind == "sqlite") CHECK(open_sqlite(settings, use, drivers));
  else if (kind == "postgres") CHECK(open_postgres(settings, loop, drivers));
  else return unknown_kind("DOCQUARRY_DATABASE", settings.database);
  drivers.catalogue = std::make_unique<SqlCatalogue>(*drivers.database, *drivers.ids);
  drivers.ledger = std::make_unique<SqlLedger>(*drivers.database, *drivers.ids);
  drivers.control = std::make_unique<SqlQueueControl>(*drivers.database);
  drivers.users = std::make_unique<SqlUsers>(*drivers.database);
  return {};
}

Result<void> open_files(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  auto kind = store_kind(settings.files);
  if (kind == "file") {
    TRY(drivers.files, DiskObjectStore::open(std::string(store_place(settings.files))));
  } else if (kind == "s3") {
    TRY(drivers.files, S3ObjectStore::open(loop, *drivers.clock, s3_options(settings), settings.aws));
  } else {
    return unknown_kind("DOCQUARRY_FILES", settings.files);
  }
  return {};
}

Result<void> open_queue(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  auto kind = store_kind(settings.queue);
  if (kind == "memory") {
    drivers.queue = std::make_unique<MemoryTaskQueue>(loop);
  } else if (kind == "postgres" && drivers.postgres != nullptr) {
    drivers.queue = std::make_unique<PostgresTaskQueue>(*drivers.postgres, *drivers.ids);
  } else if (kind == "sqs") {
    TRY(drivers.queue, SqsTaskQueue::open(loop, *drivers.clock, sqs_options(settings)));
  } else {
    return unknown_kind("DOCQUARRY_QUEUE", settings.queue);
  }
  return {};
}

// In memory only as long as no other process can post: else what this one remembers may be behind.
std::unique_ptr<ProgressBoard> local_board(boost::asio::io_context& loop, Drivers& drivers) {
  if (drivers.alone) return std::make_unique<MemoryProgressBoard>(loop, *drivers.clock);
  return std::make_unique<SqlProgressBoard>(loop, *drivers.catalogue, *drivers.clock);
}

Result<void> open_live_state(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  auto kind = store_kind(settings.live);
  drivers.board = local_board(loop, drivers);
  drivers.limiter = std::make_unique<MemoryRateLimiter>(*drivers.clock);
  if (kind == "memory") {
    drivers.cache = std::make_unique<MemoryResultCache>(*drivers.clock);
    return {};
  }
  if (kind != "redis") return unknown_kind("DOCQUARRY_LIVE", settings.live);
  TRY(auto options, redis_options(settings));
  drivers.redis = std::make_unique<Redis>(loop, std::move(options));
  drivers.board_without_redis = std::exchange(drivers.board, nullptr);
  drivers.limiter_without_redis = std::exchange(drivers.limiter, nullptr);
  drivers.board = std::make_unique<RedisProgressBoard>(*drivers.redis, *drivers.board_without_redis);
  drivers.limiter = std::make_unique<RedisRateLimiter>(*drivers.redis, *drivers.limiter_without_redis);
  drivers.cache = std::make_unique<RedisResultCache>(*drivers.redis);
  return {};
}

Result<void> open_llamaparse(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  if (settings.llama_cloud_key.empty()) {
    bool is_wanted = std::ranges::find(settings.extractors, ExtractorChoice::llamaparse) != settings.extractors.end();
    if (is_wanted) return fail(invalid_setting, "DOCQUARRY_EXTRACTOR names llamaparse, so LLAMA_CLOUD_API_KEY must be set");
    return {};
  }
  LlamaParseOptions options;
  TRY(options.base_url, llama_cloud_address(settings.llama_region));
  if (!settings.llama_cloud_url.empty()) options.base_url = settings.llama_cloud_url;
  options.api_key = settings.llama_cloud_key;
  options.tier = settings.llama_tier;
  drivers.llamaparse =
      std::make_unique<LlamaParseExtractor>(loop, *drivers.helpers, *drivers.clock, *drivers.ids, std::move(options));
  return {};
}

}  // namespace

Drivers::Drivers() = default;
Drivers::Drivers(Drivers&&) noexcept = default;
Drivers::~Drivers() = default;

SandboxOptions sandbox_options(const Settings& settings) {
  SandboxOptions options;
  options.required = settings.sandbox_required;
  options.limits = settings.sandbox_limits;
  return options;
}

Result<Drivers> open_drivers(const Settings& settings, boost::asio::io_context& loop, StoreUse use) {
  Drivers drivers;
  drivers.helpers = std::make_unique<boost::asio::thread_pool>(2);
  drivers.clock = std::make_unique<SystemClock>();
  drivers.ids = std::make_unique<SystemIdSource>();
  CHECK(check_stores(settings));
  CHECK(open_database(settings, use, loop, drivers));
  CHECK(open_files(settings, loop, drivers));
  CHECK(open_queue(settings, loop, drivers));
  CHECK(open_live_state(settings, loop, drivers));
  drivers.extractor = std::make_unique<SandboxedExtractor>(loop, *drivers.helpers, sandbox_options(settings));
  CHECK(open_llamaparse(settings, loop, drivers));
  return drivers;
}

}  // namespace docquarry
