// Builds the service from its settings, runs it until a signal, and stops it without losing anything.
#pragma once

#include "app/settings.h"
#include "base/result.h"

namespace docquarry {

// Serves until SIGTERM or SIGINT, then drains: no new connections, running requests finish, workers finish or hand back their tasks.
// A second signal ends it at once. Errors: what kept it from starting.
Result<void> serve(const Settings& settings);

}  // namespace docquarry
