#include "api/legacy/shapes.h"

#include "api/problem.h"
#include "base/json_writer.h"
#include "formats/result_writer.h"

#include <cmath>

namespace docquarry::api::legacy {
namespace {

std::optional<std::string> naive(const std::optional<Timestamp>& time) {
  return time ? std::optional(to_naive_iso(*time)) : std::nullopt;
}

// Cuts the object's closing brace off so that others can go on, and the other way round: members without the opening brace.
std::string reopened(std::string object) {
  object.pop_back();
  return object;
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

void append_escaped(std::string& out, std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + text.size() / 16 + 2);
  append_json_string(quoted, text);
  out.append(quoted, 1, quoted.size() - 2);
}

void write_result_before_text(std::string& out, const DocumentView& document, int page_count) {
  std::string head;
  JsonWriter(head)
      .begin_object()
      .member("task_id", std::to_string(document.id.value()))
      .member("filename", document.filename)
      .member("page_count", page_count)
      .end_object();
  out += reopened(std::move(head)) + ",\"text\":\"";
}

void write_result_after_text(std::string& out, const DocumentView& document, const Metadata& metadata) {
  std::string rest;
  JsonWriter json(rest);
  json.begin_object().key("metadata");
  write_metadata(json, metadata);
  double seconds = std::round(document.extraction_seconds.value_or(0) * 100) / 100;
  json.member("extraction_time_seconds", seconds).member("summary", document.summary).end_object();
  out += "\",";
  out.append(rest, 1);
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
