#include "app/reset_command.h"

#include "app/drivers.h"
#include "app/run_on_loop.h"
#include "app/spoken.h"
#include "app/sqs_operations.h"
#include "app/store_reset.h"
#include "app/store_url.h"
#include "domain/error_codes.h"
#include "drivers/redis/original_keys.h"
#include "drivers/sql/sql_copy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace docquarry {
namespace {

class ResetWork {
 public:
  ResetWork(Drivers& drivers, OriginalKeys* redis, SqsOperations& sqs, const ResetOrder& order, const CommandWatcher& watcher)
      : drivers_(drivers), redis_(redis), sqs_(sqs), order_(order), watcher_(watcher) {}

  Async<Result<int>> run() {
    CO_TRY(auto counts, co_await SqlCopy::count(*drivers_.database));
    CO_CHECK(co_await say_what_is_there(counts));
    if (order_.dry_run) {
      watcher_.say("Nothing was deleted: --dry-run.");
      co_return 0;
    }
    if (!is_confirmed()) {
      watcher_.complain("nothing was deleted: not confirmed");
      co_return 1;
    }
    bool users_too = !order_.skip_database && !order_.force && order_.ask("Delete the users, too? (yes/no): ") == "yes";
    if (redis_ != nullptr) {
      CO_TRY(auto keys, co_await redis_->clear(true));
      watcher_.say(fmt::format("Deleted {} in Redis.", counted(keys, "key")));
    }
    StoreReset reset(order_.skip_database ? nullptr : drivers_.database.get(), order_.skip_files ? nullptr : drivers_.files.get(),
                     *drivers_.clock, watcher_);
    CO_CHECK(co_await reset.delete_documents(counts.documents));
    if (users_too) CO_CHECK(co_await reset.delete_users());
    if (!order_.skip_queue) CO_CHECK(co_await sqs_.purge());
    co_return 0;
  }

 private:
  Async<Result<void>> say_what_is_there(StoreCounts counts) {
    auto where = [](bool skipped) { return skipped ? " (left alone)" : ""; };
    watcher_.say(fmt::format("The database holds {} and {}{}.", counted(counts.documents, "document"),
                             counted(counts.users, "user"), where(order_.skip_database)));
    watcher_.say(fmt::format("The files of these documents are stored{}.", where(order_.skip_files)));
    if (redis_ == nullptr) co_return Result<void>{};
    CO_TRY(auto keys, co_await redis_->clear(false));
    watcher_.say(fmt::format("Redis holds {} of this service.", counted(keys, "key")));
    co_return Result<void>{};
  }

  bool is_confirmed() const {
    if (order_.force) return true;
    return order_.ask("This deletes everything above and cannot be undone. Go on? (yes/no): ") == "yes" &&
           order_.ask("Type DELETE ALL DATA to confirm: ") == "DELETE ALL DATA";
  }

  Drivers& drivers_;
  OriginalKeys* redis_;
  SqsOperations& sqs_;
  const ResetOrder& order_;
  const CommandWatcher& watcher_;
};

Result<void> check(const Settings& settings, const ResetOrder& order) {
  struct Place {
    const char* setting;
    std::string address;
    bool skipped;
  };
  for (const auto& place :
       {Place{"DOCQUARRY_DATABASE", settings.database, order.skip_database},
        Place{"DOCQUARRY_FILES", settings.files, order.skip_files}, Place{"DOCQUARRY_LIVE", settings.live, order.skip_redis},
        Place{"DOCQUARRY_QUEUE", settings.queue, order.skip_queue}}) {
    auto reason = place.skipped ? "" : reason_not_to_reset(place.address);
    if (!reason.empty()) return fail(invalid_setting, std::string(place.setting) + " looks like production: " + reason);
  }
  return {};
}

}  // namespace

std::string reason_not_to_reset(const std::string& address) {
  std::string rest = address;
  std::transform(rest.begin(), rest.end(), rest.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  if (auto scheme = rest.find("://"); scheme != rest.npos) {
    rest.erase(0, scheme + 3);
    auto path = std::min(rest.find('/'), rest.size());
    std::string host = rest.substr(0, path);
    rest.erase(0, path);
    host.erase(0, host.rfind('@') + 1);  // the user's name and password may be called anything
    if (host.find("prod") != host.npos) return "its host has \"prod\" in its name";
  }
  return rest.find("production") != rest.npos ? "it has \"production\" in its name" : "";
}

bool is_upload_key(const std::string& key) {
  constexpr std::string_view prefix = "uploads/", suffix = ".pdf";
  if (!key.starts_with(prefix) || key.size() < prefix.size() + suffix.size()) return false;
  std::string name = key.substr(prefix.size(), key.size() - prefix.size() - suffix.size());
  std::string end = key.substr(key.size() - suffix.size());
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  if (end != suffix) return false;
  if (name.size() == 36)
    for (std::size_t dash : {23, 18, 13, 8})
      if (name[dash] == '-') name.erase(dash, 1);
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

Result<int> reset_stores(const Settings& settings, const ResetOrder& order, const CommandWatcher& watcher) {
  CHECK(check(settings, order));
  boost::asio::io_context loop(1);
  TRY(auto drivers, open_drivers(settings, loop, StoreUse::serve));
  std::optional<Redis> redis;
  std::optional<OriginalKeys> keys;
  if (!order.skip_redis && store_kind(settings.live) == "redis") {
    TRY(auto options, parse_redis_url(settings.live));
    options.limit = std::chrono::seconds(30);
    redis.emplace(loop, std::move(options));
    keys.emplace(*redis);
  }
  TRY(auto sqs, SqsOperations::open(settings, loop, *drivers.clock, watcher));
  ResetWork work(drivers, keys ? &*keys : nullptr, sqs, order, watcher);
  return run_on_loop(loop, work.run());
}

}  // namespace docquarry
