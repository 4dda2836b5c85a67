#include "api/legacy/handlers.h"
#include "api/legacy/shapes.h"
#include "api/legacy/texts.h"
#include "api/validation.h"

#include <algorithm>

namespace docquarry::api::legacy {
namespace {

constexpr std::int64_t most_documents = 1000;

// What the original called a status. Other words find nothing, as there; CANCELLED is not one of its words.
std::optional<TaskState> state_in_filter(const std::string& word) {
  auto state = task_state_named(word);
  return state == TaskState::cancelled ? std::nullopt : state;
}

}  // namespace

Async<Result<Response>> get_documents(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  DocumentFilter filter;
  filter.owner = UserId(query.integer("user_id", default_user.value()));
  auto skip = query.integer("skip", 0, Bounds{.least = 0});
  auto limit = std::min(query.integer("limit", 100, Bounds{.least = 0}), most_documents);
  auto word = query.text("status_filter", 50);
  if (issues.any()) co_return issues.response();
  bool nothing = limit == 0;
  if (word && !word->empty()) {
    filter.state = state_in_filter(*word);
    if (!filter.state) nothing = true;
  }
  std::vector<DocumentView> documents;
  if (!nothing) {
    CO_TRY(documents, co_await api.services.catalogue.list_from(filter, skip, int(limit)));
  }
  Response response = json_response(200, std::string());
  response.stream = documents_source(api.services.catalogue, std::move(documents));
  co_return response;
}

Async<Result<Response>> get_document(Api& api, Request& request) {
  Issues issues;
  auto id = path_integer(request.captures[0], "document_id", {}, issues);
  if (issues.any()) co_return issues.response();
  auto document = co_await api.services.catalogue.find(DocumentId(*id));
  if (!document && document.error().is(document_not_found)) co_return fail(document_not_found, "Document not found");
  if (!document) co_return fail(std::move(document).error());
  Response response = json_response(200, std::string());
  response.stream = document_source(api.services.catalogue, std::move(*document));
  co_return response;
}

}  // namespace docquarry::api::legacy
