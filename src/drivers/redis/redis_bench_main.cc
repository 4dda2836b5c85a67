// What live state in Redis costs: posts per second, one after the other and many at once; how long an admission and a look take.
//   docquarry-redis-bench redis://127.0.0.1:6379
#include "base/log.h"
#include "drivers/redis/redis.h"
#include "drivers/redis/redis_link.h"
#include "drivers/redis/redis_progress_board.h"
#include "drivers/redis/redis_rate_limiter.h"
#include "drivers/redis/redis_subscriber.h"

#include <algorithm>
#include <cstdio>

namespace docquarry {
namespace {

using SteadyClock = std::chrono::steady_clock;

double micros(SteadyClock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

class NoBoard : public ProgressBoard {
 public:
  Async<void> post(Standing) override { co_return; }
  Async<std::optional<Standing>> latest(DocumentId) override { co_return std::nullopt; }
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId, std::uint64_t) override { co_return std::unique_ptr<EventFeed>(); }
  Async<void> forget(DocumentId) override { co_return; }
};

class NoLimiter : public RateLimiter {
 public:
  Async<RateVerdict> admit(std::string, RateRule) override { co_return RateVerdict(); }
};

Standing standing(int document, int pages) {
  Standing standing;
  standing.document = DocumentId(document);
  standing.uid = Uid("0123456789abcdef0123456789abcdef");
  standing.filename = "measured.pdf";
  standing.state = TaskState::processing;
  standing.attempt = 1;
  standing.pages_done = pages;
  standing.pages_total = 1'000'000;
  return standing;
}

class Bench {
 public:
  Bench(boost::asio::io_context& loop, RedisOptions options)
      : loop_(loop), redis_(loop, std::move(options)), board_(redis_, no_board_), limiter_(redis_, no_limiter_) {}

  Async<void> run() {
    co_await post(0, 1);  // connects
    co_await measure_each("post", &Bench::one_post);
    co_await measure_each("latest", &Bench::one_look);
    co_await measure_each("admit", &Bench::one_admission);
    co_await measure_together(64);
    loop_.stop();
  }

 private:
  Async<void> post(int document, int pages) { co_await board_.post(standing(document, pages)); }
  Async<void> one_post(int i) { co_await post(1, i); }
  Async<void> one_look(int) { co_await board_.latest(DocumentId(1)); }
  Async<void> one_admission(int) {
    RateRule rule;
    rule.requests = 1'000'000;
    co_await limiter_.admit("rate_limit:bench:/upload", std::move(rule));
  }

  Async<void> measure_each(const char* name, Async<void> (Bench::*what)(int)) {
    constexpr int rounds = 5000;
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
      auto begin = SteadyClock::now();
      co_await (this->*what)(i);
      times.push_back(micros(SteadyClock::now() - begin));
    }
    std::sort(times.begin(), times.end());
    std::printf("%-8s one by one: p50 %.0f us, p99 %.0f us\n", name, times[rounds / 2], times[rounds * 99 / 100]);
  }

  Async<void> post_many(int document, int posts) {
    for (int i = 0; i < posts; ++i) co_await post(document, i);
    ++ended_;
  }
  Async<void> measure_together(int writers) {
    constexpr int posts = 500;
    auto begin = SteadyClock::now();
    auto rethrow = [](std::exception_ptr defect) {
      if (defect) std::rethrow_exception(defect);
    };
    for (int i = 0; i < writers; ++i) boost::asio::co_spawn(loop_, post_many(100 + i, posts), rethrow);
    while (ended_ < writers) co_await pause_for(std::chrono::milliseconds(1));
    std::printf("post     %d at once: %.0f/s\n", writers, writers * posts / (micros(SteadyClock::now() - begin) / 1e6));
  }

  boost::asio::io_context& loop_;
  NoBoard no_board_;
  NoLimiter no_limiter_;
  Redis redis_;
  RedisProgressBoard board_;
  RedisRateLimiter limiter_;
  int ended_ = 0;
};

}  // namespace
}  // namespace docquarry

int main(int count, char** words) {
  docquarry::log::start(docquarry::log::Level::warn);
  auto options = docquarry::parse_redis_url(count > 1 ? words[1] : "redis://127.0.0.1:6379");
  if (!options) {
    std::fprintf(stderr, "%s\n", options.error().message().c_str());
    return 2;
  }
  boost::asio::io_context loop(1);
  docquarry::Bench bench(loop, std::move(*options));
  boost::asio::co_spawn(loop, bench.run(), [](std::exception_ptr defect) {
    if (defect) std::rethrow_exception(defect);
  });
  loop.run();
  return 0;
}
