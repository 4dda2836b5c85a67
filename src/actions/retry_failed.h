// Starts again every document that failed and may succeed when it is tried again: after an outage, an update, a larger limit.
#pragma once

#include "actions/reprocess_document.h"

#include <functional>

namespace docquarry {

struct RetriedFailures {
  int started = 0;
  int passed_over = 0;  // deleted, or started by somebody else meanwhile
};

class RetryFailed {
 public:
  // `progress` hears after each document how many were looked at that may succeed.
  RetryFailed(DocumentCatalogue& catalogue, ReprocessDocument& reprocess, std::function<void(int)> progress)
      : catalogue_(catalogue), reprocess_(reprocess), progress_(std::move(progress)) {}

  // With the options that the document had; its password was erased when it failed, so one that needs it fails again and says so.
  Async<Result<RetriedFailures>> operator()();

 private:
  Async<Result<void>> retry(DocumentView document, RetriedFailures& done);

  DocumentCatalogue& catalogue_;
  ReprocessDocument& reprocess_;
  std::function<void(int)> progress_;
};

}  // namespace docquarry
