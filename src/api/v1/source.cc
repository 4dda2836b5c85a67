// The original file, whole or a range of it (RFC 9110, 14). Always as an attachment: it is never shown inside our origin.
#include "api/negotiation.h"
#include "api/v1/handlers.h"
#include "api/validation.h"

namespace docquarry::api::v1 {

Async<Result<Response>> get_source(Api& api, Request& request) {
  Issues issues;
  Parameters(request.query, "query", issues).allow_only({});
  if (issues.any()) co_return issues.response();
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  const auto& view = document.view;
  Response response(200, "application/pdf", std::string());
  auto etag = '"' + view.sha256 + '"';
  response.set("ETag", etag).set("Accept-Ranges", "bytes").set("Cache-Control", "private, no-cache");
  response.set("Content-Disposition", attachment_named(view.filename));
  if (names_etag(request.header("if-none-match"), etag)) {
    response.status = 304;
    co_return response;
  }
  auto condition = request.header("if-range");
  auto wish = condition.empty() || condition == etag ? wished_range(request.header("range"), view.bytes) : RangeWish();
  if (wish.kind == RangeWish::unsatisfiable) {
    Error error(range_not_satisfiable, "the file has " + std::to_string(view.bytes) + " bytes");
    auto refusal = problem(api.services, Face::v1, request, error);
    refusal.set("Content-Range", "bytes */" + std::to_string(view.bytes));
    co_return refusal;
  }
  ByteRange range;
  range.bytes = view.bytes;
  if (wish.kind == RangeWish::part) {
    range.offset = wish.first;
    range.bytes = wish.count;
    response.status = 206;
    auto last = wish.first + wish.count - 1;
    response.set("Content-Range",
                 "bytes " + std::to_string(wish.first) + "-" + std::to_string(last) + "/" + std::to_string(view.bytes));
  }
  response.stream_bytes = range.bytes;
  CO_TRY(response.stream, co_await api.services.files.open(view.content, range));
  co_return response;
}

}  // namespace docquarry::api::v1
