// For those who run the service: /livez, /readyz, /metrics, /version.
#pragma once

#include "api/route.h"

#include <span>

namespace docquarry::api {

std::span<const Route> operations_routes();

}  // namespace docquarry::api
