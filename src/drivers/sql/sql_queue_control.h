// QueueControl for every SQL engine. The rules stand in sql/queries/switches.sql.
#pragma once

#include "drivers/sql/sql_database.h"
#include "ports/queue_control.h"

namespace docquarry {

class SqlQueueControl : public QueueControl {
 public:
  explicit SqlQueueControl(SqlDatabase& database) : database_(database) {}

  Async<Result<void>> turn_on(Switch which, Timestamp now) override;
  Async<Result<void>> turn_off(Switch which) override;
  Async<Result<void>> ring() override;
  Async<Result<QueueOverview>> overview(Timestamp now, int most_tasks) override;

 private:
  Async<Result<void>> run_alone(Statement statement);

  SqlDatabase& database_;
};

// The last step of a transaction that a client asked for: it fails with read_only while that switch is on.
Statement changes_allowed();

}  // namespace docquarry
