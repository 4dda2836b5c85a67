// The connections of a process: at most so many, opened when needed, given out in the order of asking.
#pragma once

#include "base/slots.h"
#include "drivers/postgres/postgres_connection.h"

#include <memory>
#include <vector>

namespace docquarry {

// Shared with those who hold a connection, who may outlive the database while the process stops.
class PostgresPool : public std::enable_shared_from_this<PostgresPool> {
 public:
  // A connection on loan. When it goes away, the connection goes back if it is idle, and is closed otherwise.
  class Loan {
   public:
    Loan(std::shared_ptr<PostgresPool> pool, Slots::Held place, std::unique_ptr<PostgresConnection> connection)
        : pool_(std::move(pool)), place_(std::move(place)), connection_(std::move(connection)) {}
    Loan(Loan&&) = default;
    ~Loan() {
      if (connection_ && connection_->is_idle()) pool_->idle_.push_back(std::move(connection_));
    }
    PostgresConnection* operator->() { return connection_.get(); }
    PostgresConnection* get() { return connection_.get(); }
    void close() { connection_.reset(); }

   private:
    std::shared_ptr<PostgresPool> pool_;
    Slots::Held place_;  // given back before the pool
    std::unique_ptr<PostgresConnection> connection_;
  };

  PostgresPool(boost::asio::io_context& loop, PostgresAddress address, PostgresOptions options);

  // Waits for its turn. Errors: database_unavailable, at once while a failed attempt to connect is only a moment ago.
  Async<Result<Loan>> take();

  // How long no connection could be made; zero when the last attempt succeeded.
  std::chrono::steady_clock::duration outage() const;
  // Until the next attempt to connect makes sense.
  std::chrono::steady_clock::duration time_to_next_attempt() const;

 private:
  void note_failure(const Error& error);
  void note_success();

  boost::asio::io_context& loop_;
  PostgresAddress address_;
  PostgresOptions options_;
  Slots places_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;  // the last one used is the first one used again
  std::chrono::steady_clock::time_point failing_since_, next_attempt_;
  std::chrono::steady_clock::duration pause_{0};  // zero: the last attempt succeeded
  std::string last_failure_;
};

}  // namespace docquarry
