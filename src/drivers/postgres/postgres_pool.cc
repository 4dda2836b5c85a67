#include "drivers/postgres/postgres_pool.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/jitter.h"

#include <algorithm>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Clock::duration first_pause = 50ms, longest_pause = 2s;

}  // namespace

PostgresPool::PostgresPool(boost::asio::io_context& loop, PostgresAddress address, PostgresOptions options)
    : loop_(loop), address_(std::move(address)), options_(std::move(options)), places_(loop, options_.connections) {}

Async<Result<PostgresPool::Loan>> PostgresPool::take() {
  auto self = shared_from_this();
  Slots::Held place = co_await places_.take();
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_idle()) co_return Loan(std::move(self), std::move(place), std::move(connection));
  }
  if (Clock::now() < next_attempt_) co_return fail(database_unavailable, last_failure_);
  auto opened = co_await PostgresConnection::open(loop_, address_, options_);
  if (!opened) {
    note_failure(opened.error());
    co_return fail(std::move(opened).error());
  }
  note_success();
  co_return Loan(std::move(self), std::move(place), std::move(*opened));
}

void PostgresPool::note_failure(const Error& error) {
  auto now = Clock::now();
  if (pause_ == Clock::duration::zero()) {
    failing_since_ = now;
    log::warn("cannot connect to the database", error, {{"database", address_.shown()}});
  }
  if (now < next_attempt_) return;  // several failed at the same time: that is one attempt
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  next_attempt_ = now + jittered(pause_);
  last_failure_ = error.message();
}

void PostgresPool::note_success() {
  if (pause_ != Clock::duration::zero()) log::info("the database answers again", {{"database", address_.shown()}});
  pause_ = Clock::duration::zero();
  next_attempt_ = {};
}

Clock::duration PostgresPool::outage() const {
  return pause_ == Clock::duration::zero() ? Clock::duration::zero() : Clock::now() - failing_since_;
}

Clock::duration PostgresPool::time_to_next_attempt() const {
  return std::max<Clock::duration>(next_attempt_ - Clock::now(), Clock::duration::zero());
}

}  // namespace docquarry
