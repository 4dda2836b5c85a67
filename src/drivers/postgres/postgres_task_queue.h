// The doorbell by LISTEN/NOTIFY, for any number of processes. Source: PostgreSQL documentation, pages NOTIFY and LISTEN.
//
// Announcing never waits: those who wait in this process hear it at once, the others by a NOTIFY that goes out behind it; announcements
// that come while one is on its way share the next. Listening has a connection of its own, which is read only while somebody waits.
#pragma once

#include "drivers/postgres/postgres_database.h"
#include "ports/clock.h"
#include "ports/task_queue.h"

#include <memory>

namespace docquarry {

class PostgresTaskQueue : public TaskQueue {
 public:
  // `ids` names this queue, so that it knows its own announcements. The URL was read by `database` already and is valid.
  PostgresTaskQueue(PostgresDatabase& database, IdSource& ids);
  ~PostgresTaskQueue() override;

  // Succeeds always: a NOTIFY that fails is logged, and what was announced stands in the ledger.
  Async<Result<void>> announce(TaskTicket ticket) override;
  // Rings once whenever the connection was made anew, because meanwhile anything may have been announced.
  Async<Result<void>> wait() override;
  // Succeeds always: whether the database answers is told by its own check.
  Async<Result<void>> check() override { co_return Result<void>{}; }

 private:
  struct Line;
  class Listening;
  std::shared_ptr<Line> line_;  // shared with the coroutines that send and listen
};

}  // namespace docquarry
