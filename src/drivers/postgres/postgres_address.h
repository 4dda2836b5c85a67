// A PostgreSQL URL, taken apart by libpq, with the host names looked up without blocking the loop.
#pragma once

#include "base/async.h"
#include "base/result.h"

#include <boost/asio/io_context.hpp>

#include <string>
#include <utility>
#include <vector>

namespace docquarry {

// libpq's parameters: {"host", "db.example"}, ... A coroutine's result, hence a class of its own.
using PostgresParameters = std::vector<std::pair<std::string, std::string>>;

class PostgresAddress {
 public:
  // Also accepts "postgresql+psycopg2://", as the original's DATABASE_URL may say. Errors: invalid_setting; the URL is not repeated,
  // because it may hold a password.
  static Result<PostgresAddress> parse(const std::string& url);

  // As written, with our defaults. libpq then looks names up itself, and blocks meanwhile.
  const PostgresParameters& parameters() const { return parameters_; }
  // With the addresses of all hosts beside their names: libpq tries one after the other and checks certificates against the names.
  // Errors: database_unavailable when no name is known.
  Async<Result<PostgresParameters>> resolved(boost::asio::io_context& loop) const;

  std::string shown() const;  // "db.example:5432/documents": for logs

 private:
  std::string value(std::string_view key) const;

  PostgresParameters parameters_;
};

}  // namespace docquarry
