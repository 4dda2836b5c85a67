#include "app/import_redis_command.h"

#include "app/drivers.h"
#include "app/redis_import.h"
#include "app/run_on_loop.h"
#include "app/store_url.h"
#include "domain/error_codes.h"

namespace docquarry {
namespace {

// What is read here is not read again soon, and nobody waits for it: a slow Redis may take its time.
Result<RedisOptions> patient_redis(const Settings& settings) {
  if (store_kind(settings.live) != "redis")
    return fail(invalid_setting, "no Redis is set: set REDIS_HOST, or DOCQUARRY_LIVE=redis://HOST:PORT/DB");
  TRY(auto options, parse_redis_url(settings.live));
  options.limit = std::chrono::seconds(30);
  return options;
}

}  // namespace

Result<int> import_from_redis(const Settings& settings, bool dry_run, const CommandWatcher& watcher) {
  TRY(auto options, patient_redis(settings));
  boost::asio::io_context loop(1);
  TRY(auto drivers, open_drivers(settings, loop, StoreUse::beside));
  Redis redis(loop, options);
  OriginalKeys keys(redis);
  SqlImport rows(*drivers.database, *drivers.clock, *drivers.ids);
  RedisImport work(keys, rows, dry_run, watcher);
  return run_on_loop(loop, work.run());
}

}  // namespace docquarry
