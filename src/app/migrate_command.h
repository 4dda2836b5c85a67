// `docquarry migrate`: brings the schema up to date without serving.
#pragma once

#include "app/settings.h"
#include "base/result.h"

namespace docquarry {

// Prints what was applied. `serve` does the same at its start.
Result<void> migrate_stores(const Settings& settings);

}  // namespace docquarry
