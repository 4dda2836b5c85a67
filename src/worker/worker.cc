#include "worker/worker.h"

#include "base/log.h"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>

namespace docquarry {

using namespace boost::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

namespace {

constexpr auto pause_after_failure = 500ms;  // when the database does not answer

// One claim for several tasks is cheaper than one for each. Tasks that end soon free places soon, so it is worth waiting a little for more of
// them: those still in flight keep the extractors busy meanwhile.
constexpr std::size_t claimed_together = 3;
constexpr auto patience = 10ms;

}  // namespace

Worker::Worker(boost::asio::io_context& loop, TaskLedger& ledger, TaskQueue& queue, Clock& clock, ClaimTasks& claim,
               ProcessTask& process, int in_flight, Signal& stop, std::chrono::microseconds longest_nap)
    : loop_(loop),
      ledger_(ledger),
      queue_(queue),
      clock_(clock),
      claim_(claim),
      process_(process),
      in_flight_(in_flight),
      places_(loop, in_flight),
      stop_(stop),
      longest_nap_(longest_nap),
      nap_(loop) {}

Async<void> Worker::run() {
  while (!stop_.is_raised()) {
    auto places = co_await free_places();
    auto tasks = co_await claim_(int(places.size()));
    if (!tasks) {
      log::warn("cannot claim tasks, trying again", tasks.error());
      co_await (stop_.wait() || pause_for(pause_after_failure));
      continue;
    }
    for (std::size_t i = 0; i < tasks->size(); ++i) start(std::move((*tasks)[i]), std::move(places[i]));
    bool nothing_more_due = tasks->size() < places.size();
    places.clear();
    if (nothing_more_due) co_await wait_for_work();
  }
  std::vector<Slots::Held> all;
  while (int(all.size()) < in_flight_) all.push_back(co_await places_.take());
}

// At least one.
Async<std::vector<Slots::Held>> Worker::free_places() {
  std::vector<Slots::Held> places;
  places.push_back(co_await places_.take());
  auto enough = std::min(claimed_together, std::size_t(in_flight_) / 2);
  auto until = std::chrono::steady_clock::now() + patience;
  while (places.size() < enough) {
    auto another = co_await with_timeout(until - std::chrono::steady_clock::now(), places_.take());
    if (!another) break;
    places.push_back(std::move(*another));
  }
  while (auto another = places_.try_take()) places.push_back(std::move(*another));
  co_return places;
}

// Until the bell rings, a retry becomes due or a lease runs out, or the service stops.
Async<void> Worker::wait_for_work() {
  may_be_due_earlier_ = false;
  auto nap = longest_nap_;
  auto due = co_await ledger_.next_due();
  if (may_be_due_earlier_) co_return;
  if (due && *due) nap = std::clamp<std::chrono::microseconds>(**due - clock_.now(), 1ms, nap);
  nap_.expires_after(nap);
  boost::system::error_code interrupted;
  auto nap_ends = nap_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, interrupted));
  auto woken = co_await (queue_.wait() || std::move(nap_ends) || stop_.wait());
  if (woken.index() != 0) co_return;
  auto bell = std::get<0>(std::move(woken));
  if (bell) co_return;
  log::warn("the queue does not answer, looking for work on a timer", bell.error());
  co_await (stop_.wait() || pause_for(pause_after_failure));
}

void Worker::start(ClaimedTask task, Slots::Held place) {
  // Owned by places_: run() does not return before the place is given back.
  boost::asio::co_spawn(loop_, process_one(std::move(task), std::move(place)), [](std::exception_ptr defect) {
    if (!defect) return;
    try {
      std::rethrow_exception(defect);
    } catch (const std::exception& error) {
      log::error("a task ended with an exception, its lease will run out", {{"what", error.what()}});
    }
  });
}

Async<void> Worker::process_one(ClaimedTask task, Slots::Held place) {
  bool again = co_await process_(std::move(task));
  (void)place;
  if (!again) co_return;
  may_be_due_earlier_ = true;
  nap_.cancel();
}

}  // namespace docquarry
