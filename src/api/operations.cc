#include "api/operations.h"

#include "api/store_checks.h"
#include "base/json_writer.h"

namespace docquarry::api {
namespace {

using http::Request;
using http::Response;

Async<Result<Response>> get_livez(Api&, Request&) { co_return Response(200, "application/json", R"({"status":"alive"})"); }

std::string_view in_words(const Result<void>& check) { return check ? std::string_view("ok") : check.error().code().public_text; }

std::string_view in_words(bool answers) { return answers ? "ok" : "does not answer; the service goes on without it"; }

// 503 also while draining, so that load balancers stop sending before the listener closes.
Async<Result<Response>> get_readyz(Api& api, Request&) {
  auto& services = api.services;
  bool draining = services.draining && services.draining();
  auto checks = co_await check_stores(services);
  bool ready = checks.database && checks.storage && !draining;
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("status", ready      ? "ready"
                        : draining ? "draining"
                                   : "not ready")
      .key("checks")
      .begin_object()
      .member("database", in_words(checks.database))
      .member("storage", in_words(checks.storage))
      .member("queue", in_words(checks.queue_answers))
      .member("live_state", in_words(checks.live_state_answers))
      .end_object()
      .end_object();
  Response response(ready ? 200 : 503, "application/json", std::move(body));
  if (!ready) response.set("Retry-After", "5");
  co_return response;
}

Async<Result<Response>> get_metrics(Api& api, Request&) {
  auto waiting = co_await api.services.ledger.waiting();
  if (waiting) api.services.metrics.queue_depth.Set(double(*waiting));
  co_return Response(200, "text/plain; version=0.0.4; charset=utf-8", api.services.metrics.render());
}

Async<Result<Response>> get_version(Api& api, Request&) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("name", "docquarry")
      .member("version", api.services.policy.version)
      .member("sandbox", api.services.sandbox ? api.services.sandbox() : std::string())
      .end_object();
  co_return Response(200, "application/json", std::move(body));
}

constexpr Route table[] = {
    {"GET", "/livez", "get_livez", Body::none, get_livez},
    {"GET", "/readyz", "get_readyz", Body::none, get_readyz},
    {"GET", "/metrics", "get_metrics", Body::none, get_metrics},
    {"GET", "/version", "get_version", Body::none, get_version},
};

}  // namespace

std::span<const Route> operations_routes() { return table; }

}  // namespace docquarry::api
