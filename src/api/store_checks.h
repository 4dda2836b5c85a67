// How the stores are right now: shown by /readyz and /health.
#pragma once

#include "api/services.h"

namespace docquarry::api {

struct StoreChecks {
  Result<void> database, storage;
  // Conveniences: shown, but never a reason not to be ready.
  bool queue_answers = true, live_state_answers = true;
};

// Asks all at once.
Async<StoreChecks> check_stores(Services& services);

}  // namespace docquarry::api
