// Removes what belongs to nobody: files without rows (a process died between storing and recording), half-written uploads, and
// idempotency keys past their day.
#pragma once

#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/object_store.h"

#include <chrono>

namespace docquarry {

class SweepStorage {
 public:
  // `grace`: an upload may take so long between its first byte and its row.
  SweepStorage(ObjectStore& files, DocumentCatalogue& catalogue, Clock& clock, std::chrono::seconds grace)
      : files_(files), catalogue_(catalogue), clock_(clock), grace_(grace) {}

  // How many files were removed.
  Async<Result<int>> operator()();

 private:
  ObjectStore& files_;
  DocumentCatalogue& catalogue_;
  Clock& clock_;
  std::chrono::seconds grace_;
};

}  // namespace docquarry
