#include "drivers/postgres/postgres_connection.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/postgres_rows.h"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include <libpq-fe.h>
#include <sys/socket.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using boost::asio::posix::stream_descriptor;
using Clock = std::chrono::steady_clock;

constexpr auto answer_may_be_late = 5s;  // beyond the server's own limit for a statement

// Whoever stops in the middle of a transaction, or cannot be reached any more, loses it, and with it the locks on its rows.
constexpr int longest_idle_transaction_ms = 10'000;

// Throws when the coroutine was cancelled, like every wait; false when the socket is broken.
Async<bool> wait_for(stream_descriptor& socket, stream_descriptor::wait_type what) {
  boost::system::error_code error;
  co_await socket.async_wait(what, boost::asio::redirect_error(boost::asio::use_awaitable, error));
  if (error == boost::asio::error::operation_aborted) throw boost::system::system_error(error);
  co_return !error;
}

// The socket of a connection that is being made changes between steps, so it is borrowed for each wait anew.
struct BorrowedSocket {
  BorrowedSocket(boost::asio::io_context& loop, int fd) : socket(loop, fd) {}
  ~BorrowedSocket() { socket.release(); }
  stream_descriptor socket;
};

void note(void*, const PGresult* notice) {
  const char* text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  log::debug("the database remarks", {{"what", text != nullptr ? text : ""}});
}

PostgresRefusal refusal_of(const PGresult* result) {
  auto field = [&](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text != nullptr ? text : "");
  };
  return {field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY)};
}

}  // namespace

void PostgresConnection::Closer::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresConnection::~PostgresConnection() {
  if (socket_) socket_->release();
}

std::string PostgresConnection::failure() const {
  std::string text = PQerrorMessage(handle_.get());
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text.empty() ? "the connection is closed" : text;
}

Async<Result<std::unique_ptr<PostgresConnection>>> PostgresConnection::open(boost::asio::io_context& loop,
                                                                            const PostgresAddress& address,
                                                                            const PostgresOptions& options) {
  CO_TRY(auto parameters, co_await address.resolved(loop));
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(loop, options));
  auto connected = co_await with_timeout(options.connect_time, connection->connect(std::move(parameters)));
  if (!connected)
    co_return fail(database_unavailable,
                   "no answer from " + address.shown() + " within " + std::to_string(options.connect_time.count()) + " ms");
  CO_CHECK(std::move(*connected));
  CO_CHECK(co_await connection->set_up_session());
  co_return connection;
}

Async<Result<void>> PostgresConnection::connect(PostgresParameters parameters) {
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : parameters) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  handle_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
  if (!handle_) co_return fail(database_unavailable, "out of memory");
  PQsetNoticeReceiver(handle_.get(), note, nullptr);
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(handle_.get())) {
    if (state == PGRES_POLLING_FAILED || PQstatus(handle_.get()) == CONNECTION_BAD) co_return fail(database_unavailable, failure());
    BorrowedSocket borrowed(loop_, PQsocket(handle_.get()));
    auto what = state == PGRES_POLLING_WRITING ? stream_descriptor::wait_write : stream_descriptor::wait_read;
    bool ready = co_await wait_for(borrowed.socket, what);
    if (!ready) co_return fail(database_unavailable, "the connection broke while it was made");
  }
  socket_.emplace(loop_, PQsocket(handle_.get()));
  PQsetnonblocking(handle_.get(), 1);
  PQenterPipelineMode(handle_.get());  // for good: every trip is a pipeline
  co_return Result<void>{};
}

Async<Result<void>> PostgresConnection::set_up_session() {
  // The life of a server: when it was started, and its own processes. After the crash of any process it starts them anew.
  std::string sql =
      "SELECT set_config('datestyle', 'ISO', false), set_config('timezone', 'UTC', false), "
      "set_config('statement_timeout', '" +
      std::to_string(options_.statement_time.count()) +
      "', false), "
      "set_config('idle_in_transaction_session_timeout', '" +
      std::to_string(longest_idle_transaction_ms) +
      "', false), "
      "CAST(pg_postmaster_start_time() AS TEXT) || (SELECT coalesce(string_agg(CAST(pid AS TEXT), ' ' ORDER BY pid), '') "
      "FROM pg_stat_activity WHERE usesysid IS NULL AND datid IS NULL)";
  std::vector<PostgresStep> steps;
  steps.emplace_back(std::move(sql));
  auto trip = co_await travel(steps);
  if (!trip.is_complete()) co_return fail(database_unavailable, trip.error ? trip.error->message : trip.lost);
  server_life_ = std::get<std::string>(trip.rows.front().cells.back());
  co_return Result<void>{};
}

bool PostgresConnection::is_idle() {
  if (on_the_way_ || PQstatus(handle_.get()) != CONNECTION_OK || PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) return false;
  // Nothing is expected. What is there nevertheless is a farewell, or news of no interest with perhaps the end behind it.
  for (int looks = 0; looks < 3; ++looks) {
    char byte;
    auto peeked = ::recv(PQsocket(handle_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (peeked == 0 || PQconsumeInput(handle_.get()) == 0) return false;
    std::ignore = PQisBusy(handle_.get());  // takes what was read apart
  }
  return false;
}

Async<PostgresTrip> PostgresConnection::travel(const std::vector<PostgresStep>& steps) {
  PostgresTrip trip;
  on_the_way_ = true;
  auto limit = options_.statement_time + answer_may_be_late;
  auto arrived = co_await with_timeout(limit, talk(steps, trip));
  if (!arrived)
    trip.lost = "no answer within " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) + " s";
  else if (!*arrived) trip.lost = failure();
  on_the_way_ = !trip.lost.empty();
  co_return trip;
}

// False when the connection is lost.
Async<bool> PostgresConnection::talk(const std::vector<PostgresStep>& steps, PostgresTrip& trip) {
  auto before = Clock::now();
  preparing_.clear();
  for (const auto& step : steps)
    if (!send(step)) co_return false;
  if (PQpipelineSync(handle_.get()) == 0) co_return false;
  bool sent = co_await flush();
  if (!sent) co_return false;

  std::size_t message = 0, step = 0;
  while (true) {
    bool answered = co_await wait_for_answer();
    if (!answered) co_return false;
    PostgresResult result(PQgetResult(handle_.get()));
    if (!result) {  // stands between the answers
      if (PQstatus(handle_.get()) == CONNECTION_BAD) co_return false;
      continue;
    }
    auto status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) co_return true;
    if (status == PGRES_FATAL_ERROR && !trip.error) {
      trip.error = refusal_of(result.get());
      if (trip.error->sqlstate.empty()) {  // not the server's word, but libpq's: the connection broke
        trip.error.reset();
        co_return false;
      }
    }
    if (message >= preparing_.size()) continue;
    const Query* prepared = preparing_[message++];
    bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!done) continue;
    if (prepared != nullptr) {
      prepared_.insert(prepared);
      continue;
    }
    if (options_.log_statements) {
      auto now = Clock::now();
      std::chrono::duration<double, std::milli> time = now - std::exchange(before, now);
      log::info("statement", {{"name", steps[step].name()}, {"ms", time.count()}});
    }
    trip.rows.push_back(read_postgres_rows(result.get()));
    ++step;
  }
}

bool PostgresConnection::send(const PostgresStep& step) {
  if (step.query() == nullptr) {
    preparing_.push_back(nullptr);
    return PQsendQueryParams(handle_.get(), step.name().c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
  }
  PostgresParameterList list(*step.query(), step.statement());
  const Query& query = *step.query();
  bool is_known = prepared_.contains(&query) || std::find(preparing_.begin(), preparing_.end(), &query) != preparing_.end();
  if (!is_known) {
    preparing_.push_back(&query);
    if (PQsendPrepare(handle_.get(), query.name.c_str(), query.text.c_str(), int(list.size()), list.types()) != 1) return false;
  }
  preparing_.push_back(nullptr);
  return PQsendQueryPrepared(handle_.get(), query.name.c_str(), int(list.size()), list.values(), nullptr, nullptr, 0) == 1;
}

Async<bool> PostgresConnection::flush() {
  using namespace boost::asio::experimental::awaitable_operators;
  while (true) {
    int left = PQflush(handle_.get());
    if (left <= 0) co_return left == 0;
    // While a large pipeline is on its way the server may be waiting for us to take its answers.
    auto first = co_await (wait_for(*socket_, stream_descriptor::wait_write) || wait_for(*socket_, stream_descriptor::wait_read));
    if (first.index() == 1 && PQconsumeInput(handle_.get()) == 0) co_return false;
  }
}

Async<bool> PostgresConnection::wait_for_answer() {
  while (PQisBusy(handle_.get()) != 0) {
    bool readable = co_await wait_for(*socket_, stream_descriptor::wait_read);
    if (!readable || PQconsumeInput(handle_.get()) == 0) co_return false;
  }
  co_return true;
}

Async<Result<std::string>> PostgresConnection::notification() {
  while (true) {
    if (PGnotify* heard = PQnotifies(handle_.get())) {
      std::string payload = heard->extra;
      PQfreemem(heard);
      co_return payload;
    }
    bool readable = co_await wait_for(*socket_, stream_descriptor::wait_read);
    if (!readable || PQconsumeInput(handle_.get()) == 0) co_return fail(database_unavailable, failure());
  }
}

}  // namespace docquarry
