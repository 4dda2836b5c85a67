#include "api/legacy/handlers.h"
#include "api/legacy/shapes.h"
#include "api/validation.h"
#include "base/json_writer.h"

#include <algorithm>
#include <charconv>

namespace docquarry::api::legacy {

Error task_not_found(const Request& request) { return {document_not_found, "Task not found: " + request.captures[0]}; }

Result<DocumentId> task_id(const Request& request) {
  const auto& text = request.captures[0];
  std::int64_t id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  bool canonical = error == std::errc() && end == text.data() + text.size() && id > 0 && text[0] != '0';
  if (!canonical) return fail(task_not_found(request));
  return DocumentId(id);
}

Async<Result<Response>> get_status(Api& api, Request& request) {
  CO_TRY(auto id, task_id(request));
  auto standing = co_await api.services.progress.standing(id);
  if (!standing && standing.error().is(document_not_found)) co_return fail(task_not_found(request));
  if (!standing) co_return fail(std::move(standing).error());
  std::string body;
  body.reserve(320);
  write_status(body, *standing);
  co_return json_response(200, std::move(body));
}

Async<Result<Response>> get_tasks(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  auto page = query.integer("page", 1), size = query.integer("page_size", 50);
  if (issues.any()) co_return issues.response();
  if (page < 1) co_return fail(invalid_request, "Page must be >= 1");
  if (size < 1 || size > 100) co_return fail(invalid_request, "Page size must be between 1 and 100");

  DocumentFilter all;
  CO_TRY(auto total, co_await api.services.catalogue.count(all));
  auto skip = std::min(page - 1, total) * size;  // a page beyond the end stays beyond it, without overflow
  CO_TRY(auto documents, co_await api.services.catalogue.list_from(all, skip, int(size)));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("tasks").begin_array();
  for (const auto& document : documents) {
    std::string task;
    write_status(task, standing_of(document));
    json.raw(task);
  }
  json.end_array().member("total", total).member("page", page).member("page_size", size).end_object();
  co_return json_response(200, std::move(body));
}

Async<Result<Response>> delete_task(Api& api, Request& request) {
  CO_TRY(auto id, task_id(request));
  auto removed = co_await api.services.remove(id);
  if (!removed && removed.error().is(document_not_found)) co_return fail(task_not_found(request));
  if (!removed) co_return fail(std::move(removed).error());
  std::string body;
  JsonWriter(body).begin_object().member("message", "Task " + request.captures[0] + " deleted successfully").end_object();
  co_return json_response(200, std::move(body));
}

}  // namespace docquarry::api::legacy
