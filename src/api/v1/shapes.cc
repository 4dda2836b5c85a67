#include "api/v1/shapes.h"

#include "api/problem.h"

#include <cmath>

namespace docquarry::api::v1 {
namespace {

std::optional<std::string> rfc3339(const std::optional<Timestamp>& time) {
  return time ? std::optional(to_rfc3339(*time)) : std::nullopt;
}

// The classes that contract 5.2 names, by the code of the failure.
std::string_view category(const ErrorCode& code) {
  if (&code == &task_cancelled || &code == &extractor_refused) return "policy";
  if (&code == &password_required || &code == &wrong_password || &code == &unsupported_encryption) return "encrypted";
  if (&code == &invalid_document || &code == &page_unreadable || &code == &not_a_pdf || &code == &empty_result) return "corrupt";
  if (&code == &time_limit) return "timeout";
  if (&code == &memory_limit || &code == &output_limit || &code == &file_too_large) return "capacity";
  if (&code == &extractor_crashed || &code == &extractor_misbehaved || &code == &attempts_exhausted) return "crash";
  if (&code == &storage_unavailable || &code == &storage_full || &code == &file_not_found || &code == &database_unavailable)
    return "storage";
  return "internal";
}

void write_failure(JsonWriter& json, TaskState state, const std::optional<Failure>& failure) {
  json.key("error");
  bool shown = failure && state == TaskState::failed;  // a failed attempt that is tried again is no outcome
  if (!shown) {
    json.null();
    return;
  }
  json.begin_object()
      .member("code", failure->code)
      .member("category", category(error_code_named(failure->code)))
      .member("message", sentence(failure->message))
      .key("page");
  if (failure->page > 0) json.value(failure->page);
  else json.null();
  json.member("retryable", failure->retryable).end_object();
}

void write_seconds_left(JsonWriter& json, TaskState state, double seconds) {
  json.key("eta_seconds");
  if (is_final(state) || seconds < 0) json.null();
  else json.value(std::round(seconds * 10) / 10);
}

void write_pages_total(JsonWriter& json, int total) {
  json.key("pages_total");
  if (total > 0) json.value(total);
  else json.null();
}

// What Document and Status share.
void write_progress_members(JsonWriter& json, const Standing& standing) {
  json.member("status", to_text(standing.state)).member("progress", percent(standing)).member("pages_done", standing.pages_done);
  write_pages_total(json, standing.pages_total);
  write_seconds_left(json, standing.state, standing.seconds_left);
  json.member("attempt", standing.attempt).member("generation", standing.generation).member("partial", standing.partial);
  json.member("created_at", to_rfc3339(standing.created_at))
      .member("started_at", rfc3339(standing.started_at))
      .member("completed_at", rfc3339(standing.completed_at));
  write_failure(json, standing.state, standing.failure);
}

}  // namespace

Standing standing_of(const ShownDocument& document) {
  auto standing = docquarry::standing_of(document.view);
  standing.seconds_left = document.seconds_left;
  return standing;
}

void write_document(JsonWriter& json, const DocumentView& document, double seconds_left) {
  auto standing = docquarry::standing_of(document);
  standing.seconds_left = seconds_left;
  json.begin_object()
      .member("id", document.uid.value())
      .member("task_id", std::to_string(document.id.value()))
      .member("user_id", document.owner.value())
      .member("filename", document.filename)
      .member("bytes", document.bytes)
      .member("sha256", document.sha256)
      .key("pages");
  if (document.options.pages.empty()) json.null();
  else json.value(format_page_ranges(document.options.pages));
  json.member("prompt", document.prompt);
  write_progress_members(json, standing);
  json.member("page_count", document.page_count).key("extractor");
  if (document.extractor.empty()) json.null();
  else json.value(document.extractor);
  json.key("extractor_job");
  if (document.extractor_job.empty()) json.null();
  else json.value(document.extractor_job);
  json.member("credits", document.credits);
  json.member("extraction_seconds", document.extraction_seconds).end_object();
}

std::string document_body(const ShownDocument& document) {
  std::string body;
  body.reserve(800);
  JsonWriter json(body);
  write_document(json, document.view, document.seconds_left);
  return body;
}

void write_status(JsonWriter& json, const Standing& standing) {
  json.begin_object().member("id", standing.uid.value());
  write_progress_members(json, standing);
  json.end_object();
}

std::string status_body(const Standing& standing) {
  std::string body;
  body.reserve(400);
  JsonWriter json(body);
  write_status(json, standing);
  return body;
}

std::string progress_body(const Standing& standing) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("pct", percent(standing)).member("page", standing.pages_done).key("pages");
  if (standing.pages_total > 0) json.value(standing.pages_total);
  else json.null();
  json.member("status", to_text(standing.state)).key("eta_s");
  if (standing.seconds_left < 0) json.null();
  else json.value(std::round(standing.seconds_left * 10) / 10);
  json.end_object();
  return body;
}

}  // namespace docquarry::api::v1
