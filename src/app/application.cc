#include "app/application.h"

#include "actions/cancel_task.h"
#include "actions/claim_tasks.h"
#include "actions/process_task.h"
#include "actions/read_result.h"
#include "actions/remove_document.h"
#include "actions/reprocess_document.h"
#include "actions/rescue_tasks.h"
#include "actions/submit_document.h"
#include "actions/sweep_storage.h"
#include "actions/watch_progress.h"
#include "api/routes.h"
#include "app/drivers.h"
#include "base/log.h"
#include "drivers/redis/redis.h"
#include "drivers/sql/sql_database.h"
#include "http/server.h"
#include "worker/rescuer.h"
#include "worker/worker.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdlib>

#include <unistd.h>

namespace docquarry {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

std::string host_name() {
  char name[256] = "localhost";
  ::gethostname(name, sizeof name - 1);
  return name;
}

// Documents that LlamaCloud has at once: they cost nothing here while they wait.
constexpr int documents_elsewhere = 16;

ProcessingRules processing_rules(const Settings& settings) {
  ProcessingRules rules;
  rules.lease = settings.lease;
  rules.attempts = settings.attempts;
  return rules;
}

http::ServerOptions server_options(const Settings& settings) {
  http::ServerOptions options;
  options.address = settings.listen.address;
  options.port = settings.listen.port;
  options.limits = settings.http_limits;
  options.trusted_proxies = settings.trusted_proxies;
  return options;
}

// Declaration order is lifetime order: what stands below uses what stands above.
class Application {
 public:
  Application(const Settings& settings, boost::asio::io_context& loop, Metrics& metrics, Drivers drivers)
      : settings_(settings), loop_(loop), metrics_(metrics), drivers_(std::move(drivers)) {
    if (has_role("api")) api::add_routes(router_, services_);
    else api::add_operations_routes(router_, services_);
    metrics_.refresh = [this](Metrics& metrics) { show_work_of_database(metrics); };
  }

  Async<Result<void>> run();

 private:
  Async<Result<void>> take_over();
  Async<void> work();
  Async<void> wait_for_signal();
  Async<void> stop();
  api::Policy policy() const;
  std::function<bool()> live_state_answers() const;
  void show_work_of_database(Metrics& metrics) const;
  ExtractionPlaces::OpenBatch batches() const;

  bool has_role(std::string_view role) const { return settings_.roles.contains(std::string(role)); }

  const Settings& settings_;
  boost::asio::io_context& loop_;
  Metrics& metrics_;
  Drivers drivers_;
  Signal stopping_{loop_};
  bool draining_ = false;
  std::string sandbox_;  // what confines the extractor: "landlock=7 seccomp=yes"

  SubmitDocument submit_{*drivers_.files, *drivers_.catalogue, *drivers_.queue, *drivers_.board,
                         *drivers_.clock, *drivers_.ids,       metrics_,        settings_.upload_limits};
  ReadResult results_{*drivers_.catalogue, *drivers_.board};
  WatchProgress progress_{*drivers_.catalogue, *drivers_.board, stopping_};
  CancelTask cancel_{*drivers_.ledger, *drivers_.catalogue, *drivers_.board, *drivers_.clock};
  ReprocessDocument reprocess_{*drivers_.ledger, *drivers_.catalogue, *drivers_.queue, *drivers_.board, *drivers_.clock};
  RemoveDocument remove_{*drivers_.catalogue, *drivers_.files, *drivers_.board, *drivers_.cache};
  RescueTasks rescue_{*drivers_.ledger, *drivers_.queue, *drivers_.clock, metrics_, settings_.lease};
  SweepStorage sweep_{*drivers_.files, *drivers_.catalogue, *drivers_.clock, settings_.upload_grace};

  ExtractionPlaces places_{loop_, settings_.concurrency, *drivers_.extractor, batches()};
  std::unique_ptr<ExtractionPlaces> elsewhere_ =
      drivers_.llamaparse ? std::make_unique<ExtractionPlaces>(loop_, documents_elsewhere, *drivers_.llamaparse) : nullptr;
  Extractors extractors_{settings_.extractors, places_, elsewhere_.get()};
  // In Redis the original's tools look for results; a cache in memory fills when somebody asks.
  CacheResult cache_result_{*drivers_.catalogue, *drivers_.cache, settings_.task_result_ttl};
  ProcessTask process_{*drivers_.ledger, *drivers_.catalogue,
                       *drivers_.files,  *drivers_.board,
                       *drivers_.clock,  metrics_,
                       extractors_,      drivers_.redis ? &cache_result_ : nullptr,
                       stopping_,        processing_rules(settings_)};
  ClaimTasks claim_{*drivers_.ledger,
                    *drivers_.catalogue,
                    *drivers_.board,
                    *drivers_.clock,
                    metrics_,
                    WorkerId(host_name() + "/" + std::to_string(::getpid()) + "/" + drivers_.ids->next()),
                    processing_rules(settings_)};
  Worker worker_{loop_,
                 *drivers_.ledger,
                 *drivers_.queue,
                 *drivers_.clock,
                 claim_,
                 process_,
                 2 * settings_.concurrency + 2 + (elsewhere_ ? documents_elsewhere : 0),
                 stopping_};
  Rescuer rescuer_{rescue_, sweep_, std::chrono::milliseconds(settings_.lease), settings_.sweep_every, stopping_};
  int live_workers_ = 0;

  api::Services services_{submit_,
                          results_,
                          progress_,
                          cancel_,
                          reprocess_,
                          remove_,
                          *drivers_.catalogue,
                          *drivers_.ledger,
                          *drivers_.files,
                          *drivers_.queue,
                          *drivers_.users,
                          *drivers_.limiter,
                          *drivers_.cache,
                          *drivers_.clock,
                          metrics_,
                          policy(),
                          [this] { return live_workers_; },
                          [this] { return draining_; },
                          [this] { return sandbox_; },
                          live_state_answers()};
  http::Router router_;
  http::Server server_{loop_,   server_options(settings_), router_, api::make_guard(services_), api::make_error_page(services_),
                       metrics_};
};

ExtractionPlaces::OpenBatch Application::batches() const {
  if (settings_.isolation == Isolation::document) return {};
  return [extractor = drivers_.extractor.get()] { return extractor->open_batch(); };
}

api::Policy Application::policy() const {
  api::Policy policy;
  policy.upload_rate.requests = settings_.rate_limit_requests;
  policy.upload_rate.window = settings_.rate_limit_window;
  policy.queue_limit = settings_.queue_limit;
  policy.result_cache_time = settings_.task_result_ttl;
  policy.error_bodies = settings_.error_format_legacy ? api::ErrorBodies::legacy : api::ErrorBodies::superset;
  policy.allowed_hosts = settings_.allowed_hosts;
  // On the loopback address, what must be kept out are pages of other sites in a browser on this machine (DNS rebinding, forms).
  boost::system::error_code no_address;
  bool loopback = boost::asio::ip::make_address(settings_.listen.address, no_address).is_loopback();
  if (policy.allowed_hosts.empty() && loopback) policy.allowed_hosts.push_back("localhost");
  if (settings_.s3_redirect) policy.download_link_time = std::chrono::minutes(5);
  policy.version = DOCQUARRY_VERSION;
  policy.has_llamaparse = drivers_.llamaparse != nullptr;
  return policy;
}

void Application::show_work_of_database(Metrics& metrics) const {
  auto work = drivers_.database->work();
  metrics.sql_statements.Set(double(work.statements));
  metrics.sql_commits.Set(double(work.commits));
  metrics.sql_durable_commits.Set(double(work.durable_commits));
  metrics.sql_trips.Set(double(work.trips));
}

std::function<bool()> Application::live_state_answers() const {
  if (!drivers_.redis) return {};
  return [redis = drivers_.redis.get()] { return redis->connected(); };
}

Async<Result<void>> Application::run() {
  CO_TRY(sandbox_, co_await drivers_.extractor->start());
  CO_CHECK(co_await take_over());
  CO_CHECK(server_.start());
  log::info("ready", {{"url", "http://" + settings_.listen.address + ":" + std::to_string(server_.port())},
                      {"sandbox", sandbox_},
                      {"concurrency", settings_.concurrency}});
  co_await (work() && wait_for_signal());
  log::info("stopped");
  co_return Result<void>{};
}

// What a dead process left leased is due again at once: nobody has to wait for leases to run out.
Async<Result<void>> Application::take_over() {
  if (!drivers_.alone) co_return Result<void>{};
  CO_TRY(int expired, co_await drivers_.ledger->expire_all_leases(drivers_.clock->now()));
  if (expired > 0) log::info("going on with interrupted tasks", {{"tasks", expired}});
  co_return Result<void>{};
}

Async<void> Application::work() {
  if (!has_role("worker")) co_return;
  live_workers_ = settings_.concurrency;
  co_await (worker_.run() && rescuer_.run());
  live_workers_ = 0;
}

Async<void> Application::wait_for_signal() {
  boost::asio::signal_set signals(loop_, SIGTERM, SIGINT);
  int signal = co_await signals.async_wait(boost::asio::use_awaitable);
  log::info("stopping", {{"signal", signal}});
  signals.async_wait([](boost::system::error_code error, int) {
    if (!error) std::_Exit(130);  // asked twice: what is not durable yet was promised to nobody
  });
  co_await stop();
}

Async<void> Application::stop() {
  draining_ = true;
  stopping_.raise();  // workers claim nothing more and hand back what they have; saved pages stay
  co_await server_.drain(settings_.drain_time);
}

}  // namespace

Result<void> serve(const Settings& settings) {
  boost::asio::io_context loop(1);
  Metrics metrics;
  TRY(auto drivers, open_drivers(settings, loop));
  Application application(settings, loop, metrics, std::move(drivers));
  Result<void> outcome;
  boost::asio::co_spawn(loop, application.run(), [&](std::exception_ptr defect, Result<void> ended) {
    if (defect) std::rethrow_exception(defect);
    outcome = std::move(ended);
    loop.stop();
  });
  loop.run();
  return outcome;
}

}  // namespace docquarry
