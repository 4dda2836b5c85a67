// Counters, gauges and histograms, rendered as Prometheus text. One family per line below; nothing else may be counted,
// so docs and dashboards have one list to read.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace docquarry {

class Metrics {
 public:
  Metrics();

  // `route` is the pattern, never the path: the number of series must not depend on what clients send.
  void count_request(std::string_view route, std::string_view method, int status, double seconds);
  void count_finished(std::string_view state, double seconds, int pages);

  // What others count is taken over here: called before each render().
  std::function<void(Metrics&)> refresh;
  std::string render();

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& request_seconds_;
  prometheus::Family<prometheus::Counter>& tasks_finished_;

 public:
  prometheus::Counter& documents_accepted;
  prometheus::Counter& bytes_accepted;
  prometheus::Counter& pages_extracted;
  prometheus::Histogram& extraction_seconds;
  prometheus::Counter& leases_lost;
  prometheus::Counter& tasks_rescued;
  prometheus::Counter& extractor_crashes;
  prometheus::Gauge& sql_statements;
  prometheus::Gauge& sql_commits;
  prometheus::Gauge& sql_durable_commits;
  prometheus::Gauge& sql_trips;
  prometheus::Gauge& queue_depth;
  prometheus::Gauge& tasks_running;
  prometheus::Gauge& open_connections;
  prometheus::Gauge& open_event_streams;
};

}  // namespace docquarry
