#include "drivers/postgres/postgres_task_queue.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/jitter.h"
#include "drivers/postgres/postgres_connection.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <charconv>
#include <list>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

constexpr int most_unheard = 16;  // whoever wakes up takes all that is due, so more rings would say nothing new
constexpr std::chrono::steady_clock::duration first_pause = 100ms, longest_pause = 5s;

}  // namespace

struct PostgresTaskQueue::Bell : std::enable_shared_from_this<Bell> {
  Bell(PostgresDatabase& of_all, PostgresAddress where, std::string own_name)
      : database(of_all), address(std::move(where)), name(std::move(own_name)) {}

  struct Waiter;
  void ring();
  void stop_listening_if_alone();
  Async<void> send();
  Async<Result<void>> connect();
  Async<void> listen();
  Async<void> hear(PostgresConnection& listening);

  PostgresDatabase& database;
  PostgresAddress address;
  std::string name;
  std::list<Waiter*> waiting;
  int unheard = 0;  // rings that nobody waited for
  int unsent = 0;   // announcements of which other processes do not know yet
  bool is_sending = false;
  std::unique_ptr<PostgresConnection> connection;
  std::shared_ptr<boost::asio::cancellation_signal> listener;  // of the coroutine that listens, while somebody waits
};

// As in drivers/memory: a ring that reached a waiter which was cancelled at the same moment goes to the next.
struct PostgresTaskQueue::Bell::Waiter {
  explicit Waiter(std::shared_ptr<Bell> owner)
      : bell(std::move(owner)), timer(bell->database.loop(), boost::asio::steady_timer::time_point::max()) {
    place = bell->waiting.insert(bell->waiting.end(), this);
  }
  ~Waiter() {
    if (!rung) bell->waiting.erase(place);
    else if (!heard) bell->ring();
    bell->stop_listening_if_alone();
  }

  std::shared_ptr<Bell> bell;
  boost::asio::steady_timer timer;
  std::list<Waiter*>::iterator place;
  bool rung = false, heard = false;
};

void PostgresTaskQueue::Bell::ring() {
  if (waiting.empty()) {
    unheard = std::min(unheard + 1, most_unheard);
    return;
  }
  Waiter& first = *waiting.front();
  waiting.pop_front();
  first.rung = true;
  first.timer.cancel();
}

// The connection stays and goes on listening; what arrives meanwhile lies in its socket.
void PostgresTaskQueue::Bell::stop_listening_if_alone() {
  if (!waiting.empty() || !listener) return;
  auto signal = std::move(listener);
  signal->emit(boost::asio::cancellation_type::terminal);
}

// Ends when everything is sent.
Async<void> PostgresTaskQueue::Bell::send() {
  auto self = shared_from_this();
  while (unsent > 0) {
    int count = std::exchange(unsent, 0);
    Transaction transaction(Durability::process);
    transaction.add(Statement("ring", name + " " + std::to_string(count)));
    auto sent = co_await database.run(std::move(transaction));
    if (!sent)
      log::warn("other processes were not told of new tasks, they will look by themselves", sent.error(), {{"tasks", count}});
  }
}

Async<Result<void>> PostgresTaskQueue::Bell::connect() {
  CO_TRY(auto opened, co_await PostgresConnection::open(database.loop(), address, database.options()));
  std::vector<PostgresStep> steps;
  steps.emplace_back("LISTEN docquarry_tasks");
  auto trip = co_await opened->travel(steps);
  if (!trip.is_complete()) co_return fail(database_unavailable, trip.error ? trip.error->message : trip.lost);
  connection = std::move(opened);
  co_return Result<void>{};
}

// Until it is cancelled, because nobody waits any more.
Async<void> PostgresTaskQueue::Bell::listen() {
  auto self = shared_from_this();
  auto pause = first_pause;
  while (true) {
    if (connection) {
      co_await hear(*connection);
      connection.reset();
    }
    auto connected = co_await connect();
    if (connected) {
      pause = first_pause;
      ring();
      continue;
    }
    log::warn("cannot listen for new tasks, trying again", connected.error());
    co_await pause_for(jittered(pause));
    pause = std::min<std::chrono::steady_clock::duration>(pause * 2, longest_pause);
  }
}

// Until the connection is lost. A message is "NAME COUNT"; anything else that somebody sends rings once.
Async<void> PostgresTaskQueue::Bell::hear(PostgresConnection& listening) {
  while (true) {
    auto heard = co_await listening.notification();
    if (!heard) {
      log::warn("the connection that listens for new tasks was lost", heard.error());
      co_return;
    }
    auto space = heard->find(' ');
    if (heard->substr(0, space) == name) continue;
    int count = 1;
    if (space != heard->npos) std::from_chars(heard->data() + space + 1, heard->data() + heard->size(), count);
    for (int i = 0; i < std::min(count, most_unheard); ++i) ring();
  }
}

PostgresTaskQueue::PostgresTaskQueue(PostgresDatabase& database, IdSource& ids)
    : bell_(std::make_shared<Bell>(database, PostgresAddress::parse(database.options().url).value(), ids.next())) {}

PostgresTaskQueue::~PostgresTaskQueue() = default;

Async<Result<void>> PostgresTaskQueue::announce(TaskTicket) {
  bell_->ring();
  ++bell_->unsent;
  if (!bell_->is_sending) {
    bell_->is_sending = true;
    auto ended = [bell = bell_](std::exception_ptr defect) {
      bell->is_sending = false;
      if (defect) log::error("telling other processes of new tasks ended with an exception");
    };
    boost::asio::co_spawn(bell_->database.loop(), bell_->send(), ended);  // ends by itself
  }
  co_return Result<void>{};
}

Async<Result<void>> PostgresTaskQueue::wait() {
  if (bell_->unheard > 0) {
    --bell_->unheard;
    co_return Result<void>{};
  }
  Bell::Waiter waiter(bell_);
  if (!bell_->listener) {
    bell_->listener = std::make_shared<boost::asio::cancellation_signal>();
    auto signal = bell_->listener;
    auto ended = [signal](std::exception_ptr) {};  // cancelled, which is how it ends
    boost::asio::co_spawn(bell_->database.loop(), bell_->listen(), boost::asio::bind_cancellation_slot(signal->slot(), ended));
  }
  boost::system::error_code woken;
  co_await waiter.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  auto state = co_await boost::asio::this_coro::cancellation_state;
  bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
  if (cancelled || !waiter.rung) throw boost::system::system_error(boost::asio::error::operation_aborted);
  waiter.heard = true;
  co_return Result<void>{};
}

}  // namespace docquarry
