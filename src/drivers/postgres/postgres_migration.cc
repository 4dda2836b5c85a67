#include "drivers/postgres/postgres_migration.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/postgres/jitter.h"
#include "drivers/postgres/postgres_errors.h"
#include "drivers/postgres/postgres_rows.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include <libpq-fe.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

constexpr const char* lock_number = "4922226934340997721";  // "DOCQUARY" in ASCII: nobody else's
constexpr int oldest_server = 150000;

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

struct Words {  // as libpq wants them
  explicit Words(const PostgresParameters& parameters) {
    for (const auto& [key, value] : parameters) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
  }
  std::vector<const char*> keys, values;
};

}  // namespace

void PostgresMigrationTarget::Closer::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<PostgresMigrationTarget> PostgresMigrationTarget::connect(const PostgresAddress& address, const PostgresOptions& options) {
  auto parameters = address.parameters();
  auto seconds = std::max<std::int64_t>(2, options.connect_time / 1s);  // libpq takes 1 for 2
  parameters.emplace_back("connect_timeout", std::to_string(seconds));
  Words words(parameters);
  auto deadline = std::chrono::steady_clock::now() + options.start_time;
  std::chrono::steady_clock::duration pause = 200ms;
  for (bool first = true;; first = false) {
    std::unique_ptr<pg_conn, Closer> connection(PQconnectdbParams(words.keys.data(), words.values.data(), 0));
    if (PQstatus(connection.get()) == CONNECTION_OK) return PostgresMigrationTarget(std::move(connection));
    Error error(database_unavailable,
                "cannot connect to the database " + address.shown() + ": " + one_line(PQerrorMessage(connection.get())));
    bool refuses_us = PQpingParams(words.keys.data(), words.values.data(), 0) == PQPING_OK;
    if (refuses_us || std::chrono::steady_clock::now() + pause > deadline) return fail(std::move(error));
    if (first) log::warn("waiting for the database", error);
    std::this_thread::sleep_for(jittered(pause));
    pause = std::min<std::chrono::steady_clock::duration>(pause * 2, 2s);
  }
}

Result<std::string> PostgresMigrationTarget::execute(const std::string& sql) {
  PostgresResult result(PQexec(connection_.get(), sql.c_str()));
  auto status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK) return std::string();
  if (status == PGRES_TUPLES_OK)
    return PQntuples(result.get()) > 0 && PQnfields(result.get()) > 0 ? std::string(PQgetvalue(result.get(), 0, 0)) : std::string();
  return fail(database_unavailable, one_line(PQerrorMessage(connection_.get())));
}

Result<int> PostgresMigrationTarget::lock_and_read_version() {
  if (PQserverVersion(connection_.get()) < oldest_server)
    return fail(database_unavailable, "PostgreSQL " + std::to_string(PQserverVersion(connection_.get()) / 10000) +
                                          " is too old: docquarry needs 15 or later");
  TRY(auto encoding, execute("SHOW server_encoding"));
  if (encoding != "UTF8")
    return fail(database_unavailable,
                "the database is encoded in " + encoding + ": make one with CREATE DATABASE … ENCODING 'UTF8'");
  CHECK(execute("SET client_min_messages = warning; SET datestyle = ISO; SET statement_timeout = 0; SET lock_timeout = 0"));
  CHECK(execute(std::string("SELECT pg_advisory_lock(") + lock_number + ")"));
  CHECK(
      execute("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TIMESTAMP "
              "NOT NULL)"));
  TRY(auto text, execute("SELECT coalesce(max(version), 0) FROM schema_migrations"));
  int version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

Result<void> PostgresMigrationTarget::apply(const Migration& migration, Timestamp now) {
  // One message with several statements is one transaction.
  CHECK(execute(std::string(migration.sql) + "\nINSERT INTO schema_migrations VALUES (" + std::to_string(migration.number) + ", '" +
                std::string(migration.name) + "', '" + to_rfc3339(now) + "');"));
  return {};
}

}  // namespace docquarry
