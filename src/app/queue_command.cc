#include "app/queue_command.h"

#include "actions/retry_failed.h"
#include "app/drain_tasks.h"
#include "app/drivers.h"
#include "app/queue_listing.h"
#include "app/run_on_loop.h"
#include "app/spoken.h"
#include "app/sqs_operations.h"
#include "app/store_url.h"
#include "drivers/system/system_clock.h"

#include <fmt/core.h>

#include <algorithm>

namespace docquarry {
namespace {

class QueueWork {
 public:
  QueueWork(const Settings& settings, Drivers& drivers, SqsOperations& sqs, const QueueOrder& order, const CommandWatcher& watcher)
      : settings_(settings), drivers_(drivers), sqs_(sqs), order_(order), watcher_(watcher) {}

  Async<Result<int>> run() {
    if (order_.action == "pause") co_return co_await pause();
    if (order_.action == "resume") co_return co_await resume();
    if (order_.action == "drain") co_return co_await drain();
    if (order_.action == "redrive") co_return co_await redrive();
    co_return co_await list();
  }

 private:
  Async<Result<int>> list() {
    constexpr int most_tasks = 100;
    auto now = drivers_.clock->now();
    CO_TRY(auto overview, co_await drivers_.control->overview(now, most_tasks));
    if (order_.json) {
      watcher_.say(queue_as_json(overview));
      co_return 0;
    }
    for (const auto& line : queue_as_lines(overview, now)) watcher_.say(line);
    CO_CHECK(co_await sqs_.list());
    co_return 0;
  }

  Async<Result<int>> pause() {
    CO_CHECK(co_await drivers_.control->turn_on(Switch::paused, drivers_.clock->now()));
    if (order_.read_only) CO_CHECK(co_await drivers_.control->turn_on(Switch::read_only, drivers_.clock->now()));
    CO_TRY(auto overview, co_await drivers_.control->overview(drivers_.clock->now(), 0));
    watcher_.say(fmt::format("Paused: no worker takes a task until docquarry queue resume. {} still running.",
                             counted(overview.running, "task")));
    if (order_.read_only) watcher_.say("Uploads and other changes are refused with 503; everything can be read.");
    co_return 0;
  }

  Async<Result<int>> resume() {
    CO_TRY(auto overview, co_await drivers_.control->overview(drivers_.clock->now(), 0));  // before workers take them
    CO_CHECK(co_await drivers_.control->turn_off(Switch::read_only));
    CO_CHECK(co_await drivers_.control->turn_off(Switch::paused));
    CO_TRY(int rung, co_await ring());
    watcher_.say(fmt::format("Resumed: workers take tasks again. {} waiting.", counted(overview.waiting, "task")));
    if (rung > 0 && bell_is_elsewhere()) watcher_.say("A running service notices within 10 s.");
    co_return 0;
  }

  // A worker that wakes up claims until nothing is due, so not every task has to be announced.
  Async<Result<int>> ring() {
    constexpr int most = 100;
    auto now = drivers_.clock->now();
    CO_CHECK(co_await drivers_.control->ring());
    CO_TRY(auto tickets, co_await drivers_.ledger->take_unannounced(now, now, most));
    for (auto& ticket : tickets) {
      auto announced = co_await drivers_.queue->announce(ticket);
      if (!announced) co_return fail(std::move(announced).error().in("ring the bell (the rescuer will)"));
    }
    co_return int(tickets.size());
  }

  Async<Result<int>> drain() {
    CO_TRY(auto timeout, timeout_of(order_.timeout));
    DrainTasks drain(*drivers_.control, *drivers_.clock, watcher_);
    CO_TRY(bool drained, co_await drain(timeout));
    if (drained) watcher_.say("Drained: nothing runs, and no worker takes a task until docquarry queue resume.");
    co_return drained ? 0 : 1;
  }

  Async<Result<int>> redrive() {
    CO_TRY(auto before, co_await drivers_.control->overview(drivers_.clock->now(), 0));
    Pace pace;
    auto progress = [&](int done) {
      watcher_.progress(double(done) / double(std::max<std::int64_t>(before.failed_retryable, done)),
                        pace.text(done, before.failed_retryable, "document"));
    };
    ReprocessDocument reprocess(*drivers_.ledger, *drivers_.catalogue, *drivers_.queue, *drivers_.board, *drivers_.clock);
    RetryFailed retry(*drivers_.catalogue, reprocess, progress);
    CO_TRY(auto done, co_await retry());
    CO_CHECK(co_await drivers_.control->ring());  // announcements may still be on their way when we end
    auto hopeless = before.failed - before.failed_retryable;
    std::string said = counted(done.started, "document") + " started again.";
    if (hopeless > 0)
      said += " " + counted(hopeless, "document") + " failed for reasons that trying again does not mend, and stay as they are.";
    watcher_.say(said);
    if (done.started > 0 && bell_is_elsewhere()) watcher_.say("A running service notices within 10 s.");
    CO_CHECK(co_await sqs_.redrive());
    if (before.paused_since) watcher_.say("Claims are paused: they wait until docquarry queue resume.");
    co_return 0;
  }

  // The bell of an embedded service hangs inside its process; it looks for work on a timer, too.
  bool bell_is_elsewhere() const { return store_kind(settings_.queue) == "memory"; }

  const Settings& settings_;
  Drivers& drivers_;
  SqsOperations& sqs_;
  const QueueOrder& order_;
  const CommandWatcher& watcher_;
};

// Looks at no other store: they may still be missing.
Result<int> set_up_queue(const Settings& settings, const QueueOrder& order, const CommandWatcher& watcher) {
  boost::asio::io_context loop(1);
  SystemClock clock;
  TRY(auto sqs, SqsOperations::open(settings, loop, clock, watcher));
  return run_on_loop(loop, sqs.set_up(order.repair));
}

}  // namespace

Result<int> look_after_queue(const Settings& settings, const QueueOrder& order, const CommandWatcher& watcher) {
  CHECK(timeout_of(order.timeout));
  if (order.action == "setup") return set_up_queue(settings, order, watcher);
  boost::asio::io_context loop(1);
  TRY(auto drivers, open_drivers(settings, loop, StoreUse::beside));
  TRY(auto sqs, SqsOperations::open(settings, loop, *drivers.clock, watcher));
  QueueWork work(settings, drivers, sqs, order, watcher);
  return run_on_loop(loop, work.run());
}

}  // namespace docquarry
