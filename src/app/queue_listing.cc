#include "app/queue_listing.h"

#include "app/spoken.h"
#include "base/json_writer.h"

#include <fmt/core.h>

namespace docquarry {
namespace {

std::chrono::seconds between(Timestamp from, Timestamp until) {
  return std::chrono::duration_cast<std::chrono::seconds>(until - from);
}

std::string line(std::string_view name, std::int64_t number, const std::string& more = "") {
  return fmt::format("{:<8} {:>8}{}", name, number, more.empty() ? "" : "  " + more);
}

std::string line(const RunningTask& task, Timestamp now) {
  std::string pages = task.pages_expected > 0 ? fmt::format(", {} of {} pages", task.pages_saved, task.pages_expected) : "";
  return fmt::format("  document {}  {}  for {}{}, attempt {}, lease for {} more, {}", task.document.value(), task.filename,
                     spoken(between(task.started_at, now)), pages, task.attempt, spoken(between(now, task.lease_until)),
                     task.holder.value());
}

void member(JsonWriter& json, std::string_view name, const std::optional<Timestamp>& time) {
  json.member(name, time ? std::optional(to_rfc3339(*time)) : std::nullopt);
}

}  // namespace

std::vector<std::string> queue_as_lines(const QueueOverview& overview, Timestamp now) {
  std::vector<std::string> lines;
  auto oldest = overview.oldest_waiting ? "the oldest for " + spoken(between(*overview.oldest_waiting, now)) : std::string();
  lines.push_back(line("waiting", overview.waiting, oldest));
  lines.push_back(line("delayed", overview.delayed, overview.delayed > 0 ? "will be tried again later" : ""));
  lines.push_back(line("running", overview.running));
  for (const auto& task : overview.tasks) lines.push_back(line(task, now));
  if (overview.running > std::int64_t(overview.tasks.size()))
    lines.push_back(fmt::format("  and {} more", overview.running - std::int64_t(overview.tasks.size())));
  auto retryable = fmt::format("{} may succeed when tried again: docquarry queue redrive", overview.failed_retryable);
  lines.push_back(line("failed", overview.failed, overview.failed_retryable > 0 ? retryable : ""));
  if (overview.paused_since)
    lines.push_back("Claims are paused since " + to_rfc3339(*overview.paused_since) + "; docquarry queue resume ends that.");
  if (overview.read_only_since)
    lines.push_back("Changes are refused since " + to_rfc3339(*overview.read_only_since) + "; docquarry queue resume ends that.");
  return lines;
}

std::string queue_as_json(const QueueOverview& overview) {
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .member("waiting", overview.waiting)
      .member("delayed", overview.delayed)
      .member("running", overview.running)
      .member("failed", overview.failed)
      .member("failed_retryable", overview.failed_retryable);
  member(json, "oldest_waiting", overview.oldest_waiting);
  member(json, "paused_since", overview.paused_since);
  member(json, "read_only_since", overview.read_only_since);
  json.key("tasks").begin_array();
  for (const auto& task : overview.tasks)
    json.begin_object()
        .member("document_id", task.document.value())
        .member("filename", task.filename)
        .member("holder", task.holder.value())
        .member("attempt", task.attempt)
        .member("started_at", to_rfc3339(task.started_at))
        .member("lease_until", to_rfc3339(task.lease_until))
        .member("pages_saved", task.pages_saved)
        .member("pages_expected", task.pages_expected)
        .end_object();
  json.end_array().end_object();
  return text;
}

}  // namespace docquarry
