// /docs, /redoc, /openapi.json: the OpenAPI document and a page that shows it, both built into the program, so they work without internet.
#pragma once

#include "api/route.h"

#include <span>
#include <string_view>

namespace docquarry::api {

std::span<const Route> docs_routes();

// The merged document of all faces (cmake/openapi.py makes it from the openapi.yaml files).
std::string_view openapi_document();

}  // namespace docquarry::api
