#include "app/drivers.h"

#include "domain/error_codes.h"
#include "drivers/disk/disk_object_store.h"
#include "drivers/llamaparse/llamaparse_extractor.h"
#include "drivers/memory/memory_progress_board.h"
#include "drivers/memory/memory_rate_limiter.h"
#include "drivers/memory/memory_result_cache.h"
#include "drivers/memory/memory_task_queue.h"
#include "drivers/sql/sql_catalogue.h"
#include "drivers/sql/sql_ledger.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sql/sql_users.h"
#include "drivers/sqlite/sqlite_database.h"
#include "drivers/system/system_clock.h"

#include <algorithm>
#include <string_view>

namespace docquarry {
namespace {

struct StoreUrl {
  std::string_view scheme, rest;
};

StoreUrl split_url(std::string_view url) {
  auto colon = url.find(':');
  return {url.substr(0, colon), colon == url.npos ? std::string_view() : url.substr(colon + 1)};
}

tl::unexpected<Error> unknown_scheme(std::string_view setting, std::string_view url) {
  return fail(invalid_setting,
              std::string(setting) + ": no store of the kind '" + std::string(split_url(url).scheme) + ":' is known");
}

Result<void> open_database(const Settings& settings, StoreUse use, Drivers& drivers) {
  auto url = split_url(settings.database);
  if (url.scheme != "sqlite") return unknown_scheme("DOCQUARRY_DATABASE", settings.database);
  SqliteOptions options;
  options.path = std::string(url.rest);
  options.beside = use == StoreUse::beside;
  drivers.alone = use == StoreUse::serve;
  TRY(drivers.database, SqliteDatabase::open(std::move(options), drivers.clock->now()));
  drivers.catalogue = std::make_unique<SqlCatalogue>(*drivers.database, *drivers.ids);
  drivers.ledger = std::make_unique<SqlLedger>(*drivers.database, *drivers.ids);
  drivers.control = std::make_unique<SqlQueueControl>(*drivers.database);
  drivers.users = std::make_unique<SqlUsers>(*drivers.database);
  return {};
}

Result<void> open_files(const Settings& settings, Drivers& drivers) {
  auto url = split_url(settings.files);
  if (url.scheme != "file") return unknown_scheme("DOCQUARRY_FILES", settings.files);
  TRY(drivers.files, DiskObjectStore::open(std::string(url.rest)));
  return {};
}

Result<void> open_queue(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  if (split_url(settings.queue).scheme != "memory") return unknown_scheme("DOCQUARRY_QUEUE", settings.queue);
  drivers.queue = std::make_unique<MemoryTaskQueue>(loop);
  return {};
}

Result<void> open_live_state(const Settings& settings, boost::asio::io_context& loop, Drivers& drivers) {
  if (split_url(settings.live).scheme != "memory") return unknown_scheme("DOCQUARRY_LIVE", settings.live);
  drivers.board = std::make_unique<MemoryProgressBoard>(loop, *drivers.clock);
  drivers.limiter = std::make_unique<MemoryRateLimiter>(*drivers.clock);
  drivers.cache = std::make_unique<MemoryResultCache>(*drivers.clock);
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
  CHECK(open_database(settings, use, drivers));
  CHECK(open_files(settings, drivers));
  CHECK(open_queue(settings, loop, drivers));
  CHECK(open_live_state(settings, loop, drivers));
  drivers.extractor = std::make_unique<SandboxedExtractor>(loop, *drivers.helpers, sandbox_options(settings));
  CHECK(open_llamaparse(settings, loop, drivers));
  return drivers;
}

}  // namespace docquarry
