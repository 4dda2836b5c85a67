#include "app/sqs_operations.h"

#include "app/spoken.h"
#include "app/store_options.h"
#include "app/store_url.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace docquarry {
namespace {

std::string line(const char* kind, const QueueFacts& queue) {
  return fmt::format("{} {}: {} waiting, {} taken", kind, queue.name, counted(queue.depth.waiting, "message"), queue.depth.taken);
}

}  // namespace

Result<SqsOperations> SqsOperations::open(const Settings& settings, boost::asio::io_context& loop, const Clock& clock,
                                          const CommandWatcher& watcher) {
  SqsOperations operations(watcher);
  operations.lease_ = settings.lease;
  if (store_kind(settings.queue) != "sqs") return operations;
  TRY(operations.admin_, SqsQueueAdmin::open(loop, clock, sqs_options(settings)));
  return operations;
}

Async<Result<int>> SqsOperations::set_up(bool repair) {
  if (!admin_) {
    watcher_->say("Nothing has to be set up: the doorbell is not SQS (set SQS_QUEUE_URL, or DOCQUARRY_QUEUE=sqs:URL).");
    co_return 0;
  }
  QueueWishes wishes;
  wishes.hidden = std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(lease_));
  wishes.repair = repair;
  CO_TRY(auto report, co_await admin_->set_up(wishes));
  for (auto& sentence : report.sentences) {
    sentence[0] = char(std::toupper(static_cast<unsigned char>(sentence[0])));
    watcher_->say(sentence + ".");
  }
  watcher_->say("SQS_QUEUE_URL=" + report.queue_url);
  co_return report.is_as_wished ? 0 : 1;
}

Async<Result<void>> SqsOperations::list() {
  if (!admin_) co_return Result<void>{};
  CO_TRY(auto listing, co_await admin_->list());
  watcher_->say(line("SQS queue", listing.queue));
  if (listing.dead_letters) watcher_->say(line("SQS dead-letter queue", *listing.dead_letters));
  co_return Result<void>{};
}

Async<Result<void>> SqsOperations::redrive() {
  if (!admin_) co_return Result<void>{};
  CO_TRY(auto listing, co_await admin_->list());
  if (!listing.dead_letters) co_return Result<void>{};
  CO_TRY(auto redriven, co_await admin_->redrive());
  watcher_->say(fmt::format("{} from the dead-letter queue {} back.", counted(redriven.messages, "message"),
                            redriven.by_server ? "are being moved" : "went"));
  co_return Result<void>{};
}

Async<Result<void>> SqsOperations::purge() {
  if (!admin_) co_return Result<void>{};
  CO_TRY(bool purged, co_await admin_->purge());
  if (purged) watcher_->say("Purged the SQS queue.");
  else watcher_->say("The SQS queue was purged less than a minute ago; SQS refuses to do it again so soon.");
  co_return Result<void>{};
}

}  // namespace docquarry
