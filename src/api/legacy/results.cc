#include "actions/cache_result.h"
#include "api/legacy/handlers.h"
#include "api/legacy/shapes.h"
#include "api/legacy/texts.h"
#include "api/validation.h"
#include "formats/result_writer.h"

#include <array>

namespace docquarry::api::legacy {
namespace {

// A body that was begun to be read: what was read, then the rest.
class Continued : public ByteSource {
 public:
  Continued(std::string begun, std::unique_ptr<ByteSource> rest) : begun_(std::move(begun)), rest_(std::move(rest)) {}

  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    if (sent_ == begun_.size()) {
      begun_ = std::string();
      sent_ = 0;
      co_return co_await rest_->read(into);
    }
    auto size = std::min(into.size(), begun_.size() - sent_);
    std::memcpy(into.data(), begun_.data() + sent_, size);
    sent_ += size;
    co_return size;
  }

 private:
  std::string begun_;
  std::size_t sent_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

// Reads until the end or until `text` is larger than `limit`; true at the end.
Async<Result<bool>> read_up_to(ByteSource& source, std::string& text, std::size_t limit) {
  std::array<std::byte, 8192> block;
  while (text.size() <= limit) {
    CO_TRY(auto got, co_await source.read(block));
    if (got == 0) co_return true;
    text.append(reinterpret_cast<const char*>(block.data()), got);
  }
  co_return false;
}

Error not_completed(TaskState state) {
  return {not_finished, "Task is not completed yet. Current status: " + std::string(state_name(state))};
}

// The document of a task that is COMPLETED. Errors: not found, not finished, in the original's words.
Async<Result<DocumentView>> completed_document(Api& api, Request& request, DocumentId id) {
  auto view = co_await api.services.catalogue.find(id);
  if (!view && view.error().is(document_not_found)) co_return fail(task_not_found(request));
  if (view && view->state != TaskState::completed) co_return fail(not_completed(view->state));
  co_return view;
}

}  // namespace

Async<Result<Response>> get_result(Api& api, Request& request) {
  auto& services = api.services;
  CO_TRY(auto id, task_id(request));
  auto standing = co_await services.progress.standing(id);
  if (!standing && standing.error().is(document_not_found)) co_return fail(task_not_found(request));
  if (!standing) co_return fail(std::move(standing).error());
  // The result of a repeated task is not cached: its key cannot tell it from the result before it. Whether one that is said to go on has
  // ended meanwhile, SQL tells: whoever was told of the end by another process must find the result here.
  bool may_cache = standing->generation == 1 && standing->state == TaskState::completed;
  auto key = result_cache_key(id);
  if (may_cache) {
    auto cached = co_await services.cache.get(key);
    if (cached) co_return json_response(200, std::move(*cached));
  }
  CO_TRY(auto document, co_await completed_document(api, request, id));
  CO_TRY(auto facts, co_await services.catalogue.facts(document.task));
  auto source = result_source(services.catalogue, std::move(document), std::move(facts), false);
  std::string body;
  CO_TRY(bool whole, co_await read_up_to(*source, body, largest_cached_result));
  if (whole) {
    if (may_cache) co_await services.cache.put(key, body, services.policy.result_cache_time);
    co_return json_response(200, std::move(body));
  }
  Response response = json_response(200, std::string());
  response.stream = std::make_unique<Continued>(std::move(body), std::move(source));
  co_return response;
}

Async<Result<Response>> get_result_stream(Api& api, Request& request) {
  auto& services = api.services;
  Issues issues;
  bool by_page = Parameters(request.query, "query", issues).truth("pages", false);
  CO_TRY(auto id, task_id(request));
  if (issues.any()) co_return issues.response();
  Response response(200, std::string(content_type(ResultFormat::ndjson)), std::string());
  if (by_page) {
    auto document = co_await services.catalogue.find(id);
    if (!document && document.error().is(document_not_found)) co_return fail(task_not_found(request));
    if (!document) co_return fail(std::move(document).error());
    bool failed = document->state == TaskState::failed || document->state == TaskState::cancelled;
    if (failed) co_return fail(not_completed(document->state));
    PageParts parts;
    parts.text = parts.markdown = true;
    std::vector<PageRange> all;
    CO_TRY(response.stream, co_await services.results.open(std::move(*document), ResultFormat::ndjson, parts, std::move(all)));
    response.follow_client = true;
    co_return response;
  }
  auto document = co_await completed_document(api, request, id);
  if (!document && document.error().is(not_finished)) {
    response.body = "{\"error\": \"Result not found\"}\n";  // with status 200, as the original: its clients look for the key
    co_return response;
  }
  if (!document) co_return fail(std::move(document).error());
  CO_TRY(auto facts, co_await services.catalogue.facts(document->task));
  response.stream = result_source(services.catalogue, std::move(*document), std::move(facts), true);
  co_return response;
}

}  // namespace docquarry::api::legacy
