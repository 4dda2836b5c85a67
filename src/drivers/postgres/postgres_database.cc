#include "drivers/postgres/postgres_database.h"

#include "base/fault.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/jitter.h"
#include "drivers/postgres/postgres_errors.h"
#include "drivers/postgres/postgres_migration.h"
#include "drivers/postgres/postgres_pool.h"

#include <boost/asio/detached.hpp>

#include <algorithm>
#include <thread>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int most_conflicts = 5;  // of one transaction, until its caller is told

// Whether the answers decide if it is committed, or its end must be known for certain.
bool asks_first(const Transaction& transaction) {
  if (transaction.durability == Durability::power) return true;
  auto may_fail = [](const Statement& statement) { return statement.code_if_nothing() != nullptr; };
  // One statement alone that finds nothing has changed nothing.
  return transaction.statements.size() > 1 && std::any_of(transaction.statements.begin(), transaction.statements.end(), may_fail);
}

std::optional<Error> what_is_missing(const Statement& statement, const Rows& rows) {
  if (statement.code_if_nothing() == nullptr || !rows.empty() || rows.affected > 0) return std::nullopt;
  return Error(*statement.code_if_nothing(), std::string(statement.message_if_nothing()));
}

Error lost_error(const std::string& why) { return Error(database_unavailable, "the connection to the database was lost: " + why); }

// A statement that no file holds, or with too few parameters, is a defect; it must not end the process.
Result<void> check_statements(const SqlQueries& queries, const std::vector<Statement>& statements) {
  try {
    for (const auto& statement : statements) {
      const Query& query = queries.find(statement);
      if (!query.parameters.empty() && std::size_t(query.parameters.back()) >= statement.parameters().size())
        return fail(internal_error, query.name + " needs more parameters than it was given");
    }
  } catch (const std::logic_error& defect) {
    return fail(internal_error, defect.what());
  }
  return {};
}

Async<PostgresTrip> send_alone(PostgresConnection& connection, std::string sql) {
  std::vector<PostgresStep> steps;
  steps.emplace_back(std::move(sql));
  co_return co_await connection.travel(steps);
}

// For the storm's broken variant that answers before the commit.
Async<void> commit_late(PostgresPool::Loan connection) {
  co_await pause_for(100ms);
  co_await send_alone(*connection.get(), "COMMIT");
}

// Begins again when the connection is lost meanwhile: what was applied is known then.
Result<std::vector<std::string>> bring_up_to_date(const PostgresAddress& address, const PostgresOptions& options, Timestamp now) {
  auto deadline = std::chrono::steady_clock::now() + options.start_time;
  while (true) {
    TRY(auto target, PostgresMigrationTarget::connect(address, options));
    auto applied = migrate(target, migrations_for("postgres"), now);
    if (applied || !target.is_lost() || std::chrono::steady_clock::now() > deadline) return applied;
    log::warn("lost the database while starting, trying again", applied.error());
    std::this_thread::sleep_for(200ms);
  }
}

}  // namespace

// How one try to run a transaction ended.
struct PostgresDatabase::Attempt {
  enum class End { answered, refused, did_not_happen, conflict, unknown };

  static Attempt failed(End end, Error error) {
    Attempt attempt;
    attempt.end = end;
    attempt.error = std::move(error);
    return attempt;
  }

  End end = End::answered;
  std::vector<Rows> rows;
  std::optional<Error> error;            // unless answered
  std::string transaction, server_life;  // when unknown: which one it was, if we were told
};

// Decides whether what did not happen is tried again.
class PostgresDatabase::Retries {
 public:
  explicit Retries(PostgresDatabase& database) : database_(database) {}

  // Pauses before the next try; false: there should be none.
  Async<bool> pause_before_next(Attempt::End end) {
    if (end != Attempt::End::conflict && end != Attempt::End::did_not_happen) co_return false;
    if (end == Attempt::End::conflict && ++conflicts_ > most_conflicts) co_return false;
    auto now = Clock::now();
    if (++tries_ == 1) deadline_ = now + database_.options_.patience;
    if (now >= deadline_ || database_.pool_->outage() >= database_.options_.patience) co_return false;
    auto pause = std::max<Clock::duration>(database_.pool_->time_to_next_attempt(), jittered(5ms * std::min(tries_ * tries_, 40)));
    co_await pause_for(pause);
    ++database_.stats_.retries;
    co_return true;
  }

 private:
  PostgresDatabase& database_;
  Clock::time_point deadline_;
  int tries_ = 0, conflicts_ = 0;
};

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::open(boost::asio::io_context& loop, PostgresOptions options,
                                                                 Timestamp now) {
  TRY(auto address, PostgresAddress::parse(options.url));
  TRY(auto applied, bring_up_to_date(address, options, now));
  auto pool = std::make_shared<PostgresPool>(loop, std::move(address), options);
  return std::unique_ptr<PostgresDatabase>(new PostgresDatabase(loop, std::move(options), std::move(pool), std::move(applied)));
}

PostgresDatabase::PostgresDatabase(boost::asio::io_context& loop, PostgresOptions options, std::shared_ptr<PostgresPool> pool,
                                   std::vector<std::string> applied)
    : loop_(loop), options_(std::move(options)), pool_(std::move(pool)), applied_(std::move(applied)) {}

PostgresDatabase::~PostgresDatabase() = default;

Async<Result<std::vector<Rows>>> PostgresDatabase::run(Transaction transaction) {
  CO_CHECK(check_statements(queries_, transaction.statements));
  Retries retries(*this);
  while (true) {
    auto attempt = co_await try_to_run(transaction);
    if (attempt.end == Attempt::End::answered) co_return std::move(attempt.rows);
    if (attempt.end == Attempt::End::unknown) co_return co_await find_out(std::move(attempt));
    bool again = co_await retries.pause_before_next(attempt.end);
    if (!again) co_return fail(std::move(*attempt.error));
  }
}

Async<PostgresDatabase::Attempt> PostgresDatabase::try_to_run(const Transaction& transaction) {
  auto connection = co_await pool_->take();
  if (!connection) co_return Attempt::failed(Attempt::End::did_not_happen, std::move(connection).error());
  bool is_durable = transaction.durability != Durability::process;
  bool decides = asks_first(transaction);
  std::vector<PostgresStep> steps;
  steps.emplace_back("BEGIN ISOLATION LEVEL READ COMMITTED");
  if (!is_durable) steps.emplace_back("SET LOCAL synchronous_commit = off");
  auto first = steps.size();
  for (const auto& statement : transaction.statements) steps.emplace_back(queries_.find(statement), statement);
  auto last = steps.size();
  steps.emplace_back(decides ? "SELECT pg_current_xact_id()" : "COMMIT");
  ++stats_.trips;
  stats_.statements += transaction.statements.size();
  auto trip = co_await (*connection)->travel(steps);

  if (trip.error && trip.lost.empty() && !ends_connection(*trip.error)) {
    co_await send_alone(*connection->get(), "ROLLBACK");
    auto end = is_conflict(*trip.error) ? Attempt::End::conflict : Attempt::End::refused;
    co_return Attempt::failed(end, error_of(*trip.error, steps[trip.rows.size()].name()));
  }
  if (!trip.is_complete()) {
    connection->close();
    bool may_have_happened = !decides && (!trip.error || trip.rows.size() == last);
    if (may_have_happened) ++stats_.lost_commits;
    auto end = may_have_happened ? Attempt::End::unknown : Attempt::End::did_not_happen;
    co_return Attempt::failed(end, lost_error(trip.error ? trip.error->message : trip.lost));
  }
  std::optional<Error> missing;
  for (std::size_t i = first; i < last && !missing; ++i) missing = what_is_missing(transaction.statements[i - first], trip.rows[i]);
  if (missing) {
    if (decides) {
      ++stats_.trips;
      co_await send_alone(*connection->get(), "ROLLBACK");
    }
    co_return Attempt::failed(Attempt::End::refused, std::move(*missing));
  }

  Attempt attempt;
  if (decides) {
    ++stats_.trips;
    attempt.transaction = std::get<std::string>(trip.rows.back().cells.front());
    attempt.server_life = (*connection)->server_life();
    if (fault_switch("storm.answer_first")) {
      boost::asio::co_spawn(loop_, commit_late(std::move(*connection)), boost::asio::detached);  // ends by itself
    } else {
      if (auto struck = fault_point("commit.before_sent"); !struck) {
        connection->close();
        co_return Attempt::failed(Attempt::End::did_not_happen, lost_error(struck.error().message()));
      }
      auto ended = co_await send_alone(*connection->get(), "COMMIT");
      if (auto struck = fault_point("commit.after_answer"); !struck) ended.lost = struck.error().message();  // as if it was lost
      if (ended.error && ended.lost.empty() && !ends_connection(*ended.error)) {
        attempt.end = is_conflict(*ended.error) ? Attempt::End::conflict : Attempt::End::refused;
        attempt.error = error_of(*ended.error, "COMMIT");
        co_return attempt;
      }
      if (!ended.is_complete()) {
        connection->close();
        ++stats_.lost_commits;
        attempt.end = Attempt::End::unknown;
        attempt.error = lost_error(ended.error ? ended.error->message : ended.lost);
      }
    }
  }
  // From here on it is committed, or find_out() will tell.
  ++stats_.commits;
  if (is_durable) ++stats_.durable_commits;
  attempt.rows.assign(std::make_move_iterator(trip.rows.begin() + std::ptrdiff_t(first)),
                      std::make_move_iterator(trip.rows.begin() + std::ptrdiff_t(last)));
  co_return attempt;
}

// PostgreSQL documentation, 9.27.8 (pg_xact_status). A crash may take ids back and give them out again, because nothing is written to
// disk before the first commit: then "committed" may speak of somebody else's transaction and proves nothing. Ids are safe as long as the
// server lives; and that an id is unknown or aborted is always the truth about ours.
Async<Result<std::vector<Rows>>> PostgresDatabase::find_out(Attempt attempt) {
  if (attempt.transaction.empty()) co_return fail(std::move(*attempt.error));
  auto deadline = Clock::now() + options_.outcome_time;
  Clock::duration pause = 20ms;
  while (Clock::now() < deadline) {
    auto connection = co_await pool_->take();
    std::optional<PostgresTrip> trip;
    bool same_life = false;
    if (connection) {
      ++stats_.trips;
      same_life = (*connection)->server_life() == attempt.server_life;
      trip = co_await send_alone(*connection->get(), "SELECT pg_xact_status('" + attempt.transaction + "')");
    }
    if (trip && trip->lost.empty()) {
      bool never_happened = trip->error && trip->error->sqlstate == "22023";  // the id lies in the future
      auto status = trip->rows.empty() ? std::string() : RowReader(trip->rows[0], 0).text();
      if (status == "committed" && same_life) co_return std::move(attempt.rows);
      if (never_happened || status == "aborted" || (status == "in progress" && !same_life))
        co_return fail(database_unavailable, "the database took the transaction back when the connection was lost");
      if (status != "in progress") break;
    }
    co_await pause_for(jittered(pause));
    pause = std::min<Clock::duration>(pause * 2, 1s);
  }
  log::warn("nobody knows whether a transaction was committed", *attempt.error);
  co_return fail(std::move(*attempt.error));
}

Async<Result<std::vector<Rows>>> PostgresDatabase::read(std::vector<Statement> statements) {
  if (statements.empty()) co_return std::vector<Rows>();
  CO_CHECK(check_statements(queries_, statements));
  Retries retries(*this);
  while (true) {
    auto attempt = co_await try_to_read(statements);
    if (attempt.end == Attempt::End::answered) co_return std::move(attempt.rows);
    bool again = co_await retries.pause_before_next(attempt.end);
    if (!again) co_return fail(std::move(*attempt.error));
  }
}

Async<PostgresDatabase::Attempt> PostgresDatabase::try_to_read(const std::vector<Statement>& statements) {
  auto connection = co_await pool_->take();
  if (!connection) co_return Attempt::failed(Attempt::End::did_not_happen, std::move(connection).error());
  bool several = statements.size() > 1;
  std::vector<PostgresStep> steps;
  if (several) steps.emplace_back("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  for (const auto& statement : statements) steps.emplace_back(queries_.find(statement), statement);
  if (several) steps.emplace_back("COMMIT");
  ++stats_.trips;
  ++stats_.reads;
  auto trip = co_await (*connection)->travel(steps);
  if (trip.error && trip.lost.empty() && !ends_connection(*trip.error)) {
    if (several) co_await send_alone(*connection->get(), "ROLLBACK");
    auto end = is_conflict(*trip.error) ? Attempt::End::conflict : Attempt::End::refused;
    co_return Attempt::failed(end, error_of(*trip.error, steps[trip.rows.size()].name()));
  }
  if (!trip.is_complete()) {
    connection->close();
    co_return Attempt::failed(Attempt::End::did_not_happen, lost_error(trip.error ? trip.error->message : trip.lost));
  }
  Attempt attempt;
  attempt.rows = std::move(trip.rows);
  if (several) {
    attempt.rows.erase(attempt.rows.begin());
    attempt.rows.pop_back();
  }
  co_return attempt;
}

Async<Result<Rows>> PostgresDatabase::read(Statement statement) {
  std::vector<Statement> one;
  one.push_back(std::move(statement));
  CO_TRY(auto answers, co_await read(std::move(one)));
  co_return std::move(answers.front());
}

Async<Result<void>> PostgresDatabase::check() {
  Statement statement("can_write");
  CO_TRY(auto rows, co_await read(std::move(statement)));
  RowReader row(rows, 0);
  if (!row.truth()) co_return fail(database_unavailable, "the database can only be read: it is a standby, or set to read-only");
  co_return Result<void>{};
}

}  // namespace docquarry
