#include "api/legacy/handlers.h"
#include "api/store_checks.h"
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
  auto checks = co_await check_stores(services);
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("status", waiting && checks.database && checks.storage ? "healthy" : "unhealthy")
      .member("redis_connected", checks.live_state_answers)
      .member("celery_workers", services.live_workers ? services.live_workers() : 0)
      .member("queue_depth", checks.queue_answers ? waiting.value_or(-1) : -1)
      .member("timestamp", to_naive_iso(services.clock.now()))
      .end_object();
  co_return json_response(200, std::move(body));
}

}  // namespace docquarry::api::legacy
