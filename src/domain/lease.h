// A worker's right to a task until a point in time.
#pragma once

#include "base/time.h"
#include "domain/ids.h"

namespace docquarry {

struct Lease {
  Lease() = default;
  Lease(TaskId leased_task, DocumentId leased_document, int lease_attempt, WorkerId lease_holder)
      : task(leased_task), document(leased_document), attempt(lease_attempt), holder(std::move(lease_holder)) {}

  TaskId task;
  DocumentId document;
  int attempt = 0;  // the fencing number: grows with every claim; every write names it, so a late writer changes nothing
  WorkerId holder;
};

enum class LeaseStanding { held, cancel_requested };

}  // namespace docquarry
