#include "drivers/postgres/postgres_server_test.h"

#include "drivers/postgres/postgres_rows.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include <libpq-fe.h>

namespace docquarry {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Connection connect(const std::string& url) {
  Connection connection(PQconnectdb(url.c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeReceiver(connection.get(), [](void*, const PGresult*) {}, nullptr);
  return connection;
}

std::string run(PGconn* connection, const std::string& sql, bool all_lines = false) {
  PostgresResult result(PQexec(connection, sql.c_str()));
  auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(sql + ": " + PQerrorMessage(connection));
  std::string text;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    text += PQgetvalue(result.get(), row, 0);
    if (!all_lines) break;
    text += '\n';
  }
  return text;
}

std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen(command.c_str(), "re");
  char buffer[4096];
  while (auto bytes = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, bytes);
  if (::pclose(pipe) != 0) throw std::runtime_error(command + " failed: " + output);
  return output;
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::execute(const std::string& sql, const std::string& database) const {
  auto connection = connect(url(database));
  return run(connection.get(), sql);
}

std::string PostgresServer::plan(const std::string& sql, const std::string& values, const std::string& database) const {
  auto connection = connect(url(database));
  std::string mode = values.empty() ? "force_generic_plan" : "force_custom_plan";
  run(connection.get(), "SET plan_cache_mode = " + mode + "; PREPARE asked AS " + sql);
  int parameters = std::stoi(run(connection.get(), "SELECT coalesce(cardinality(parameter_types), 0) FROM pg_prepared_statements"));
  std::string arguments = values;
  for (int i = 0; i < parameters && values.empty(); ++i) arguments += i == 0 ? "NULL" : ", NULL";
  return run(connection.get(), "EXPLAIN EXECUTE asked" + (arguments.empty() ? "" : "(" + arguments + ")"), true);
}

void PostgresServer::wait_until(const std::string& sql, const std::string& database) const {
  for (int tries = 0; tries < 6000; ++tries) {
    try {
      if (execute(sql, database) == "t") return;
    } catch (const std::runtime_error&) {  // being restarted
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("this did not become true: " + sql);
}

class PostgresServer::Held {
 public:
  explicit Held(Connection opened) : connection(std::move(opened)) {}
  Connection connection;
};

std::shared_ptr<PostgresServer::Held> PostgresServer::hold(const std::string& sql, const std::string& database) const {
  auto held = std::make_shared<Held>(connect(url(database)));
  run(held->connection.get(), "BEGIN");
  run(held->connection.get(), sql);
  return held;
}

void PostgresServer::go_on(const std::shared_ptr<Held>& held, const std::string& sql) const { run(held->connection.get(), sql); }

void PostgresServer::create_database(const std::string& name, const std::string& made_from) const {
  execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "postgres");
  execute("CREATE DATABASE " + name + " TEMPLATE " + made_from, "postgres");
}

std::string PostgresServer::psql(const std::string& input, const std::string& database) const {
  return output_of("printf '%s' \"" + input + "\" | " + server_.fact("bin") + "/psql -X -A -v ON_ERROR_STOP=1 '" + url(database) +
                   "' 2>&1");
}

void PostgresServer::control(const std::string& words) const {
  std::string as_user =
      ::geteuid() == 0 ? "setpriv --reuid=" + server_.fact("user") + " --regid=" + server_.fact("user") + " --clear-groups " : "";
  if (::geteuid() == 0 && server_.fact("user") == "nobody") as_user = "setpriv --reuid=nobody --regid=nogroup --clear-groups ";
  output_of("cd / && " + as_user + server_.fact("bin") + "/pg_ctl -D " + server_.fact("data") + " -l " + server_.fact("data") +
            "/../log -w " + words + " 2>&1 < /dev/null");
}

}  // namespace docquarry
