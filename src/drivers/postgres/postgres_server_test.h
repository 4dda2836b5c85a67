// The PostgreSQL server of this test program, seen from beside the drivers.
#pragma once

#include "tests/servers/test_server.h"

#include <memory>
#include <string>
#include <vector>

namespace docquarry {

class PostgresServer {
 public:
  explicit PostgresServer(const std::vector<std::string>& arguments = {}) : server_("postgres", arguments) {}

  // One for all tests that leave it as it is; started when it is first asked for.
  static PostgresServer& shared();

  std::string url(const std::string& database = "postgres") const {
    return "postgres://postgres@127.0.0.1:" + server_.fact("port") + "/" + database;
  }
  std::string fact(std::string_view name) const { return server_.fact(name); }
  int port() const { return std::stoi(server_.fact("port")); }

  // Runs SQL over a connection of its own. The first value of the last statement, as text. Throws when it fails.
  std::string execute(const std::string& sql, const std::string& database = "docquarry") const;
  // The plan of a statement with parameters: for these values ("3, 'a'"), or prepared without knowing them when there are none.
  std::string plan(const std::string& sql, const std::string& values, const std::string& database = "docquarry") const;
  // Asks every few milliseconds until the answer is true; also over restarts. Throws after a minute.
  void wait_until(const std::string& sql, const std::string& database = "docquarry") const;

  // A transaction of somebody else that stays open, with its locks, until the object goes away.
  class Held;
  std::shared_ptr<Held> hold(const std::string& sql, const std::string& database = "docquarry") const;
  void go_on(const std::shared_ptr<Held>& held, const std::string& sql) const;

  // Drops it first. `made_from`: the template.
  void create_database(const std::string& name, const std::string& made_from = "template0") const;

  // What people see: psql's output for this input, unaligned.
  std::string psql(const std::string& input, const std::string& database = "docquarry") const;
  // pg_ctl with these words ("restart -m immediate"), as the user that the server runs as.
  void control(const std::string& words) const;

 private:
  contracts::TestServer server_;
};

}  // namespace docquarry
