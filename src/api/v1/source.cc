// The original file, whole or a range of it (RFC 9110, 14). Always as an attachment: it is never shown inside our origin.
#include "api/v1/attachment.h"
#include "api/v1/handlers.h"
#include "api/validation.h"
#include "http/conditional.h"
#include "http/range.h"

namespace docquarry::api::v1 {
namespace {

// The link carries who may read, so nobody may keep it; ranges and conditions are the store's business then.
Response redirect_to(std::string link) {
  Response response;
  response.status = 307;
  response.set("Location", std::move(link)).set("Cache-Control", "no-store");
  return response;
}

}  // namespace

Async<Result<Response>> get_source(Api& api, Request& request) {
  Issues issues;
  Parameters(request.query, "query", issues).allow_only({});
  if (issues.any()) co_return issues.response();
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  const auto& view = document.view;
  Response response(200, "application/pdf", std::string());
  auto etag = http::strong_etag(view.sha256);
  response.set("ETag", etag).set("Accept-Ranges", "bytes").set("Cache-Control", "private, no-cache");
  response.set("Content-Disposition", attachment_named(view.filename));
  if (http::is_unchanged(request, etag)) {
    response.status = 304;
    co_return response;
  }
  auto link_time = api.services.policy.download_link_time;
  bool may_redirect = link_time.count() > 0 && !request.head_only;  // a link is for GET only
  if (may_redirect) {
    CO_TRY(auto link, co_await api.services.files.download_url(view.content, attachment_named(view.filename), link_time));
    if (link) co_return redirect_to(std::move(*link));
  }
  auto choice = http::choose_range(request, etag, view.bytes);
  if (choice.kind == http::RangeChoice::Kind::unsatisfiable) {
    Error error(range_not_satisfiable, "the file has " + std::to_string(view.bytes) + " bytes");
    auto refusal = problem(api.services, Face::v1, request, error);
    refusal.set("Content-Range", choice.content_range(view.bytes));
    co_return refusal;
  }
  ByteRange range;
  range.offset = choice.offset;
  range.bytes = choice.bytes;
  if (choice.kind == http::RangeChoice::Kind::part) {
    response.status = 206;
    response.set("Content-Range", choice.content_range(view.bytes));
  }
  response.stream_bytes = range.bytes;
  CO_TRY(response.stream, co_await api.services.files.open(view.content, range));
  co_return response;
}

}  // namespace docquarry::api::v1
