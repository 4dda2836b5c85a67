#include "base/metrics.h"

#include <prometheus/text_serializer.h>

namespace docquarry {
namespace {

const prometheus::Histogram::BucketBoundaries seconds_buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                              0.5,   1,      2.5,   5,    10,    30,   120};

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

Metrics::Metrics()
    : requests_(prometheus::BuildCounter()
                    .Name("docquarry_http_requests_total")
                    .Help("Answered requests by route, method and status.")
                    .Register(registry_)),
      request_seconds_(prometheus::BuildHistogram()
                           .Name("docquarry_http_request_seconds")
                           .Help("Time from the end of the request head to the end of the answer.")
                           .Register(registry_)),
      tasks_finished_(prometheus::BuildCounter()
                          .Name("docquarry_tasks_finished_total")
                          .Help("Tasks that reached a final state, by state.")
                          .Register(registry_)),
      documents_accepted(counter(registry_, "docquarry_documents_accepted_total", "Documents answered with 202.")),
      bytes_accepted(counter(registry_, "docquarry_bytes_accepted_total", "Bytes of accepted documents.")),
      pages_extracted(counter(registry_, "docquarry_pages_extracted_total", "Pages of finished tasks.")),
      extraction_seconds(prometheus::BuildHistogram()
                             .Name("docquarry_extraction_seconds")
                             .Help("Time from claim to final state.")
                             .Register(registry_)
                             .Add({}, seconds_buckets)),
      leases_lost(counter(registry_, "docquarry_leases_lost_total", "Writes refused because another worker had taken over.")),
      tasks_rescued(counter(registry_, "docquarry_tasks_rescued_total", "Tasks announced again by the rescuer.")),
      extractor_crashes(counter(registry_, "docquarry_extractor_crashes_total", "Extractor children that died by a signal.")),
      // Counters that are kept elsewhere, and so are set here, which the library allows gauges only.
      sql_statements(gauge(registry_, "docquarry_sql_statements_total", "Statements that the database carried out.")),
      sql_commits(gauge(registry_, "docquarry_sql_commits_total", "Commits; waiting writers may share one.")),
      sql_durable_commits(gauge(registry_, "docquarry_sql_durable_commits_total", "Commits that waited for the disk.")),
      sql_trips(gauge(registry_, "docquarry_sql_round_trips_total", "Round trips to the database server.")),
      queue_depth(gauge(registry_, "docquarry_queue_depth", "Tasks that wait for a worker.")),
      tasks_running(gauge(registry_, "docquarry_tasks_running", "Tasks this process works on.")),
      open_connections(gauge(registry_, "docquarry_open_connections", "Client connections.")),
      open_event_streams(gauge(registry_, "docquarry_open_event_streams", "Clients that follow progress.")) {}

void Metrics::count_request(std::string_view route, std::string_view method, int status, double seconds) {
  std::string name(route);
  requests_.Add({{"route", name}, {"method", std::string(method)}, {"status", std::to_string(status)}}).Increment();
  request_seconds_.Add({{"route", name}}, seconds_buckets).Observe(seconds);
}

void Metrics::count_finished(std::string_view state, double seconds, int pages) {
  tasks_finished_.Add({{"state", std::string(state)}}).Increment();
  extraction_seconds.Observe(seconds);
  pages_extracted.Increment(pages);
}

std::string Metrics::render() {
  if (refresh) refresh(*this);
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace docquarry
