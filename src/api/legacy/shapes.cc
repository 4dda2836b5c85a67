#include "api/legacy/shapes.h"

#include "api/problem.h"
#include "base/json_writer.h"
#include "formats/original_result.h"

namespace docquarry::api::legacy {
namespace {

std::optional<std::string> naive(const std::optional<Timestamp>& time) {
  return time ? std::optional(to_naive_iso(*time)) : std::nullopt;
}

}  // namespace

std::string_view state_name(TaskState state) { return to_text(state == TaskState::cancelled ? TaskState::failed : state); }

std::optional<std::string> error_text(TaskState state, const std::optional<Failure>& failure) {
  if (state == TaskState::cancelled) return std::string(task_cancelled.public_text);
  if (state != TaskState::failed) return std::nullopt;  // a failed attempt that is tried again is not told
  return sentence(failure ? failure->message : std::string(internal_error.public_text));
}

void write_status(std::string& out, const Standing& standing) {
  JsonWriter json(out);
  json.begin_object()
      .member("task_id", std::to_string(standing.document.value()))
      .member("status", state_name(standing.state))
      .member("progress", percent(standing))
      .member("filename", standing.filename)
      .member("created_at", to_naive_iso(standing.created_at))
      .member("started_at", naive(standing.started_at))
      .member("completed_at", naive(standing.completed_at))
      .member("error", error_text(standing.state, standing.failure))
      .end_object();
}

void write_document_before_text(std::string& out, const DocumentView& document) {
  std::string head;
  JsonWriter(head)
      .begin_object()
      .member("filename", document.filename)
      .member("s3_key", document.content.value())
      .member("id", document.id.value())
      .member("user_id", document.owner.value())
      .member("status", state_name(document.state))
      .end_object();
  out += reopened(std::move(head)) + ",\"result_text\":";
}

void write_document_after_text(std::string& out, const DocumentView& document) {
  bool completed = document.state == TaskState::completed;
  std::string rest;
  JsonWriter(rest)
      .begin_object()
      .member("prompt", document.prompt)
      .member("summary", document.summary)
      .member("error_message", error_text(document.state, document.failure))
      .member("page_count", completed ? document.page_count : std::nullopt)
      .member("extraction_time_seconds", completed ? document.extraction_seconds : std::nullopt)
      .member("created_at", to_naive_iso(document.created_at))
      .member("started_at", naive(document.started_at))
      .member("completed_at", naive(document.completed_at))
      .end_object();
  out += ',';
  out.append(rest, 1);
}

std::string user_body(const User& user) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("email", user.email)
      .member("id", user.id.value())
      .member("api_key", user.api_key)
      .member("created_at", to_naive_iso(user.created_at))
      .end_object();
  return body;
}

}  // namespace docquarry::api::legacy
