// Everything the faces may use: actions for what the service does, ports for plain look-ups. Held by app; the references live as long as
// the server.
#pragma once

#include "actions/cancel_task.h"
#include "actions/read_result.h"
#include "actions/remove_document.h"
#include "actions/reprocess_document.h"
#include "actions/submit_document.h"
#include "actions/watch_progress.h"
#include "base/metrics.h"
#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/object_store.h"
#include "ports/task_ledger.h"
#include "ports/task_queue.h"
#include "ports/user_directory.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace docquarry::api {

enum class ErrorBodies { superset, legacy };  // ERROR_FORMAT, contract of the original's routes

struct Policy {
  RateRule upload_rate{"upload", 10, std::chrono::seconds(60)};
  std::int64_t queue_limit = 1000;               // more waiting tasks than this: 503
  std::chrono::seconds result_cache_time{3600};  // TASK_RESULT_TTL
  ErrorBodies error_bodies = ErrorBodies::superset;
  std::vector<std::string> allowed_hosts;  // besides loopback names; checked against Host (DNS rebinding). Empty: no check
  // Downloads of originals are sent to the object store by a link that is good for this long, where the store can give one. 0: the bytes
  // flow through this service, which then needs no address that clients can reach.
  std::chrono::seconds download_link_time{0};
  std::string version;
  bool has_llamaparse = false;  // documents may be sent to LlamaCloud when a request asks for it
};

struct Services {
  SubmitDocument& submit;
  ReadResult& results;
  WatchProgress& progress;
  CancelTask& cancel;
  ReprocessDocument& reprocess;
  RemoveDocument& remove;
  DocumentCatalogue& catalogue;
  TaskLedger& ledger;
  ObjectStore& files;
  TaskQueue& queue;
  UserDirectory& users;
  RateLimiter& limiter;
  ResultCache& cache;
  Clock& clock;
  Metrics& metrics;
  Policy policy;
  std::function<int()> live_workers;     // how many workers this process knows to be alive: /health shows it as celery_workers
  std::function<bool()> draining;        // true once the service is stopping: readiness is then 503
  std::function<std::string()> sandbox;  // "landlock=7 seccomp=yes": shown by /version
  std::function<bool()> live_state_answers;
};

}  // namespace docquarry::api
