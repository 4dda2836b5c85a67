// The entrance: everything that the HTTP server needs to know of the faces.
#pragma once

#include "api/services.h"
#include "http/router.h"
#include "http/server.h"

namespace docquarry::api {

// Adds every route of every face. `services` must outlive the router.
void add_routes(http::Router& router, Services& services);
// Only /livez, /readyz, /metrics and /version: what a process shows that works but serves no documents.
void add_operations_routes(http::Router& router, Services& services);

// Runs before every handler: refuses foreign hosts and foreign pages (api/admission.h).
http::Server::Guard make_guard(Services& services);

// What is answered when no handler is reached, in the manner of the face that the path belongs to.
http::ErrorPage make_error_page(Services& services);

}  // namespace docquarry::api
