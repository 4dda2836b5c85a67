#include "api/routes.h"

#include "api/admission.h"
#include "api/docs_pages.h"
#include "api/legacy/routes.h"
#include "api/operations.h"
#include "api/v1/routes.h"

#include <memory>
#include <span>
#include <vector>

namespace docquarry::api {
namespace {

constexpr std::uint64_t json_body_limit = 256 * 1024;

// Answers are data, never pages of ours: they may not run, frame or be read by anything. Pages bring their own policy.
void add_safety_headers(http::Response& response) {
  if (response.header("Content-Security-Policy").empty()) response.set("Content-Security-Policy", "default-src 'none'; sandbox");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
}

Async<http::Response> answer(Api& api, Handler handler, http::Request& request) {
  auto result = co_await handler(api, request);
  http::Response response = result ? std::move(*result) : problem(api.services, face_of(request.path), request, result.error());
  add_safety_headers(response);
  co_return response;
}

Async<std::optional<http::Response>> guard(Services& services, http::Request& request) {
  auto foreign = why_foreign(services.policy, request);
  if (!foreign) co_return std::nullopt;
  std::optional<http::Response> refusal = problem(services, face_of(request.path), request, *foreign);
  add_safety_headers(*refusal);
  co_return refusal;
}

std::uint64_t limit_of(Body body, const UploadLimits& limits) {
  if (body == Body::none) return 0;
  return body == Body::json ? json_body_limit : limits.request_bytes;
}

void add(http::Router& router, Services& services, std::vector<std::span<const Route>> faces) {
  auto api = std::make_shared<Api>(services);  // shared by the handlers, which live as long as the router
  for (auto face : faces) {
    for (const auto& row : face) {
      http::Route route;
      route.method = row.method;
      route.pattern = row.pattern;
      route.operation = row.operation;
      route.body_limit_bytes = limit_of(row.body, services.submit.limits());
      route.handler = [api, handler = row.handler](http::Request& request) { return answer(*api, handler, request); };
      route.allow_head = row.allow_head;
      router.add(std::move(route));
    }
  }
}

}  // namespace

void add_routes(http::Router& router, Services& services) {
  add(router, services, {legacy::routes(), v1::routes(), operations_routes(), docs_routes()});
}

void add_operations_routes(http::Router& router, Services& services) { add(router, services, {operations_routes()}); }

http::Server::Guard make_guard(Services& services) {
  return [&services](http::Request& request) { return guard(services, request); };
}

http::ErrorPage make_error_page(Services& services) {
  return [&services](const http::Request& request, int status, const Error& error) {
    auto response = problem(services, face_of(request.path), request, error, status);
    add_safety_headers(response);
    return response;
  };
}

}  // namespace docquarry::api
