// The original service's routes, at the root, with its bodies. No rule lives here: only its words for what the actions do.
#pragma once

#include "api/route.h"

#include <span>

namespace docquarry::api::legacy {

std::span<const Route> routes();

}  // namespace docquarry::api::legacy
