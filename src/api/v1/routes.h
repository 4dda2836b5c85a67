// The product's own API. openapi.yaml beside this file is written first and says what each route does.
#pragma once

#include "api/route.h"

#include <span>

namespace docquarry::api::v1 {

std::span<const Route> routes();

}  // namespace docquarry::api::v1
