#include "api/legacy/handlers.h"
#include "base/json_writer.h"

namespace docquarry::api::legacy {

Async<Result<Response>> get_root(Api&, Request&) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("message", "Document Processing System API")
      .member("version", "1.0.0")
      .member("docs", "/docs")
      .member("health", "/health")
      .end_object();
  co_return json_response(200, std::move(body));
}

// Always 200, as the original's; for orchestration there is /readyz.
Async<Result<Response>> get_health(Api& api, Request&) {
  auto& services = api.services;
  auto waiting = co_await services.ledger.waiting();
  auto database = co_await services.catalogue.check();
  auto storage = co_await services.files.check();
  bool live_state = !services.live_state_answers || services.live_state_answers();
  bool queue = !services.queue_answers || services.queue_answers();
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("status", waiting && database && storage ? "healthy" : "unhealthy")
      .member("redis_connected", live_state)
      .member("celery_workers", services.live_workers ? services.live_workers() : 0)
      .member("queue_depth", queue ? waiting.value_or(-1) : -1)
      .member("timestamp", to_naive_iso(services.clock.now()))
      .end_object();
  co_return json_response(200, std::move(body));
}

}  // namespace docquarry::api::legacy
