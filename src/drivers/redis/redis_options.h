// Where Redis is, and how much it may cost anybody when it is slow or gone.
#pragma once

#include "base/result.h"
#include "ports/clock.h"

#include <chrono>
#include <string>
#include <string_view>

namespace docquarry {

struct RedisOptions {
  std::string host = "localhost";
  int port = 6379;
  std::string user, password;  // empty: not sent
  int database = 0;
  std::string bucket;   // where originals are, told to the readers of task:{id}; empty when they are not in S3
  bool tls = false;     // the certificate must be valid for `host`
  std::string ca_file;  // whom to trust with TLS; empty: whom the system trusts

  std::chrono::milliseconds limit{250};                          // no caller waits longer for Redis
  int timeouts = 3;                                              // so many in a row, and it counts as gone
  std::chrono::milliseconds first_pause{100}, last_pause{2000};  // before it is tried again; doubles, with jitter

  // A standing that was posted longer ago is asked of SQL. A process that lost Redis posts nothing there, so what stands there may be behind for
  // as long as this, and a deletion takes so long when Redis cannot be told.
  std::chrono::milliseconds trust{2000};
  std::chrono::milliseconds silence{10'000};  // a feed that heard nothing for so long looks at SQL once
  int events_per_document = 64;               // what a client that comes back can still be told
  int listed_documents = 10'000;              // the newest of all_tasks
  std::chrono::seconds kept_running{7 * 24 * 3600}, kept_ended{24 * 3600};  // of task:{id}
  std::size_t largest_cached_bytes = 4 << 20;                               // longer values would hold up what is sent behind them

  const Clock* clock = nullptr;  // for tests: the scripts take the time from here, not from the server
};

// redis://[[user]:password@]host[:port][/database], or rediss:// for TLS, which may end in ?ca_file=PATH.
// Errors: invalid_setting; the message never shows the password.
Result<RedisOptions> parse_redis_url(std::string_view url);

}  // namespace docquarry
