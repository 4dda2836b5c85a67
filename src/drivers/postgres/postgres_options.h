// How to reach a PostgreSQL server, and how long to wait for it.
#pragma once

#include <chrono>
#include <string>

namespace docquarry {

struct PostgresOptions {
  // "postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=/path", or "host=… user=…": everything that libpq knows
  // (PostgreSQL documentation, 34.1.1 and 34.1.2). Several hosts, TLS and keepalives are said here. Never logged.
  std::string url;
  int connections = 8;                               // at most so many at once; callers beyond wait in order
  std::chrono::milliseconds connect_time{5'000};     // for one attempt to connect
  std::chrono::milliseconds statement_time{30'000};  // the server ends a statement that takes longer
  std::chrono::milliseconds patience{5'000};         // so long after an outage began, what certainly did not happen is tried again
  std::chrono::milliseconds outcome_time{15'000};    // so long we ask what became of a COMMIT whose answer was lost
  std::chrono::milliseconds start_time{30'000};      // so long open() waits for a server that is not up yet
  bool log_statements = false;                       // each statement's name and milliseconds (DEBUG_SQL)
};

}  // namespace docquarry
