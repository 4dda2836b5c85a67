#include "worker/worker.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

namespace docquarry {
namespace {

// Nobody rings; says when the worker has gone to sleep.
class SilentQueue : public TaskQueue {
 public:
  explicit SilentQueue(Signal& asleep) : asleep_(asleep) {}
  Async<Result<void>> announce(TaskTicket) override { co_return Result<void>{}; }
  Async<Result<void>> wait() override {
    asleep_.raise();
    co_await pause_for(24h);
    co_return Result<void>{};
  }
  Async<Result<void>> check() override { co_return Result<void>{}; }

 private:
  Signal& asleep_;
};

// Has one task; raises `stop` when a worker looks for it again after it has failed.
class LedgerOfOneTask : public RecordingLedger {
 public:
  explicit LedgerOfOneTask(Signal& stop) : stop_(stop) {}
  Async<Result<Claim>> claim(WorkerId, Timestamp, Timestamp, int, AttemptLimits) override {
    Claim claim;
    if (!given_) claim.tasks.emplace_back();
    given_ = true;
    if (retry_at) stop_.raise();
    co_return claim;
  }
  Async<Result<std::optional<Timestamp>>> next_due() override { co_return retry_at; }

 private:
  Signal& stop_;
  bool given_ = false;
};

// Crashes as soon as the worker sleeps.
class CrashingExtractor : public Extractor {
 public:
  explicit CrashingExtractor(Signal& asleep) : asleep_(asleep) {}
  std::string name() const override { return "crashing"; }
  Async<Result<ExtractionSummary>> extract(ReadOnlyFile, ExtractionOptions, std::vector<int>, PageSink&) override {
    co_await asleep_.wait();
    co_return fail(extractor_crashed, "as it was told to");
  }

 private:
  Signal& asleep_;
};

TEST(Worker, wakes_up_for_a_task_that_failed_while_it_slept) {
  boost::asio::io_context loop;
  Signal stop(loop), asleep(loop);
  LedgerOfOneTask ledger(stop);
  SilentQueue queue(asleep);
  CrashingExtractor extractor(asleep);
  SmallCatalogue catalogue;
  MapFiles files;
  RecordingBoard board;
  FixedClock clock;
  Metrics metrics;
  ProcessingRules rules;
  ExtractionPlaces places(loop, 1, extractor);
  std::vector<ExtractorChoice> order{ExtractorChoice::local};
  Extractors extractors(order, places, nullptr);
  ClaimTasks claim(ledger, catalogue, board, clock, metrics, WorkerId("worker"), rules);
  ProcessTask process(ledger, catalogue, files, board, clock, metrics, extractors, nullptr, stop, rules);
  Worker worker(loop, ledger, queue, clock, claim, process, 2, stop, 24h);

  bool ended = false;
  boost::asio::co_spawn(loop, worker.run(), [&](std::exception_ptr) { ended = true; });
  loop.run_for(20s);

  EXPECT_TRUE(ended) << "the worker sleeps although a task is due";
  if (!ended) std::quick_exit(1);  // nothing here may go before the coroutines that use it
}

}  // namespace
}  // namespace docquarry
