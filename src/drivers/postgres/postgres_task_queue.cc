#include "drivers/postgres/postgres_task_queue.h"

#include "base/bell.h"
#include "base/fault.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/jitter.h"
#include "drivers/postgres/postgres_connection.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <charconv>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

constexpr int most_unheard = 16;  // whoever wakes up takes all that is due, so more rings would say nothing new
constexpr std::chrono::steady_clock::duration first_pause = 100ms, longest_pause = 5s;

}  // namespace

struct PostgresTaskQueue::Line : std::enable_shared_from_this<Line> {
  Line(PostgresDatabase& of_all, PostgresAddress where, std::string own_name)
      : database(of_all), address(std::move(where)), name(std::move(own_name)), bell(of_all.loop(), most_unheard) {}

  void start_listening();
  void stop_listening_if_nobody_waits();
  Async<void> send();
  Async<Result<void>> connect();
  Async<void> listen();
  Async<void> hear(PostgresConnection& listening);

  PostgresDatabase& database;
  PostgresAddress address;
  std::string name;
  Bell bell;       // of this process
  int unsent = 0;  // announcements of which other processes do not know yet
  bool is_sending = false;
  std::unique_ptr<PostgresConnection> connection;
  std::shared_ptr<boost::asio::cancellation_signal> listener;  // of the coroutine that listens, while somebody waits
};

void PostgresTaskQueue::Line::start_listening() {
  if (listener) return;
  listener = std::make_shared<boost::asio::cancellation_signal>();
  auto ended = [signal = listener](std::exception_ptr) {};  // cancelled, which is how it ends
  boost::asio::co_spawn(database.loop(), listen(), boost::asio::bind_cancellation_slot(listener->slot(), ended));
}

// The connection stays and goes on listening; what arrives meanwhile lies in its socket.
void PostgresTaskQueue::Line::stop_listening_if_nobody_waits() {
  if (bell.is_anyone_waiting() || !listener) return;
  auto signal = std::move(listener);
  signal->emit(boost::asio::cancellation_type::terminal);
}

// Ends when everything is sent.
Async<void> PostgresTaskQueue::Line::send() {
  auto self = shared_from_this();
  while (unsent > 0) {
    int count = std::exchange(unsent, 0);
    Transaction transaction(Durability::process);
    transaction.add(Statement("ring", name + " " + std::to_string(count)));
    Result<void> sent = fault_point("announce.before_send");
    if (sent) {
      auto rung = co_await database.run(std::move(transaction));
      if (!rung) sent = fail(std::move(rung).error());
    }
    if (!sent)
      log::warn("other processes were not told of new tasks, they will look by themselves", sent.error(), {{"tasks", count}});
  }
}

Async<Result<void>> PostgresTaskQueue::Line::connect() {
  CO_TRY(auto opened, co_await PostgresConnection::open(database.loop(), address, database.options()));
  std::vector<PostgresStep> steps;
  steps.emplace_back("LISTEN docquarry_tasks");
  auto trip = co_await opened->travel(steps);
  if (!trip.is_complete()) co_return fail(database_unavailable, trip.error ? trip.error->message : trip.lost);
  connection = std::move(opened);
  co_return Result<void>{};
}

// Until it is cancelled, because nobody waits any more.
Async<void> PostgresTaskQueue::Line::listen() {
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
      bell.ring();
      continue;
    }
    log::warn("cannot listen for new tasks, trying again", connected.error());
    co_await pause_for(jittered(pause));
    pause = std::min<std::chrono::steady_clock::duration>(pause * 2, longest_pause);
  }
}

// Until the connection is lost. A message is "NAME COUNT"; anything else that somebody sends rings once.
Async<void> PostgresTaskQueue::Line::hear(PostgresConnection& listening) {
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
    for (int i = 0; i < std::min(count, most_unheard); ++i) bell.ring();
  }
}

PostgresTaskQueue::PostgresTaskQueue(PostgresDatabase& database, IdSource& ids)
    : line_(std::make_shared<Line>(database, PostgresAddress::parse(database.options().url).value(), ids.next())) {}

PostgresTaskQueue::~PostgresTaskQueue() = default;

// While somebody waits. Holds the line, because a caller may outlive the queue while the process stops.
class PostgresTaskQueue::Listening {
 public:
  explicit Listening(std::shared_ptr<Line> line) : line_(std::move(line)) { line_->start_listening(); }
  Listening(const Listening&) = delete;
  ~Listening() { line_->stop_listening_if_nobody_waits(); }

 private:
  std::shared_ptr<Line> line_;
};

Async<Result<void>> PostgresTaskQueue::announce(TaskTicket) {
  line_->bell.ring();
  ++line_->unsent;
  if (!line_->is_sending) {
    line_->is_sending = true;
    auto ended = [line = line_](std::exception_ptr defect) {
      line->is_sending = false;
      if (defect) log::error("telling other processes of new tasks ended with an exception");
    };
    boost::asio::co_spawn(line_->database.loop(), line_->send(), ended);  // ends by itself
  }
  co_return Result<void>{};
}

Async<Result<void>> PostgresTaskQueue::wait() {
  if (line_->bell.heard()) co_return Result<void>{};
  Listening listening(line_);
  co_await line_->bell.wait();
  co_return Result<void>{};
}

}  // namespace docquarry
