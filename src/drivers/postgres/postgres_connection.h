// One connection to PostgreSQL on the event loop: libpq in pipeline mode, with its prepared statements.
//
// Rules. One coroutine at a time uses it, on the loop's thread. A coroutine that is cancelled in the middle of a trip leaves an answer on
// the way, so the connection is not idle any more, and whoever holds it closes it. libpq owns the socket: Asio only borrows it.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "drivers/postgres/postgres_address.h"
#include "drivers/postgres/postgres_options.h"
#include "drivers/sql/sql_queries.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

struct pg_conn;
struct pg_result;

namespace docquarry {

// One thing to send: plain SQL without parameters, or a statement of sql/queries, which is prepared once per connection.
class PostgresStep {
 public:
  explicit PostgresStep(std::string sql) : sql_(std::move(sql)) {}
  // Both live until the trip has ended.
  PostgresStep(const Query& query, const Statement& statement) : query_(&query), statement_(&statement) {}

  const Query* query() const { return query_; }
  const Statement& statement() const { return *statement_; }
  const std::string& name() const { return query_ != nullptr ? query_->name : sql_; }

 private:
  std::string sql_;
  const Query* query_ = nullptr;
  const Statement* statement_ = nullptr;
};

struct PostgresRefusal {
  std::string sqlstate;  // PostgreSQL documentation, appendix A
  std::string message;
};

// What came back. Without an error and with the connection intact, every step was done.
struct PostgresTrip {
  std::vector<Rows> rows;                // of the steps that were done, in order
  std::optional<PostgresRefusal> error;  // of the step behind them, which was not done; nor were those behind it
  std::string lost;                      // why the connection is gone; without an error nobody knows what the steps behind did

  bool is_complete() const { return !error && lost.empty(); }
};

class PostgresConnection {
 public:
  // Errors: database_unavailable.
  static Async<Result<std::unique_ptr<PostgresConnection>>> open(boost::asio::io_context& loop, const PostgresAddress& address,
                                                                 const PostgresOptions& options);
  ~PostgresConnection();

  // Sends all steps at once and waits for all answers; gives up when the server says nothing for longer than a statement may take.
  // `steps` live until then.
  Async<PostgresTrip> travel(const std::vector<PostgresStep>& steps);

  // Nothing is on the way, no transaction is open, and the server has not hung up. Looks, but does not wait.
  bool is_idle();

  // The payload of the next NOTIFY on a channel that this connection listens to. Cancelling does no harm.
  // Errors: database_unavailable when the connection is lost.
  Async<Result<std::string>> notification();

  // Names the server's present life: as long as it is the same, no crash can have taken back transaction ids.
  const std::string& server_life() const { return server_life_; }

 private:
  PostgresConnection(boost::asio::io_context& loop, const PostgresOptions& options) : loop_(loop), options_(options) {}

  Async<Result<void>> connect(PostgresParameters parameters);
  Async<Result<void>> set_up_session();
  Async<bool> talk(const std::vector<PostgresStep>& steps, PostgresTrip& trip);
  bool send(const PostgresStep& step);
  Async<bool> flush();
  Async<bool> wait_for_answer();
  std::string failure() const;

  struct Closer {
    void operator()(pg_conn* connection) const;
  };
  boost::asio::io_context& loop_;
  PostgresOptions options_;
  std::unique_ptr<pg_conn, Closer> handle_;
  std::optional<boost::asio::posix::stream_descriptor> socket_;
  std::unordered_set<const Query*> prepared_;
  std::vector<const Query*> preparing_;  // of this trip, per message: the query that it prepares, or null
  std::string server_life_;
  bool on_the_way_ = false;
};

}  // namespace docquarry
