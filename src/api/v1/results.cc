#include "api/v1/handlers.h"
#include "api/v1/shapes.h"
#include "api/v1/waiting.h"
#include "base/sha256.h"
#include "base/text.h"
#include "http/accept.h"
#include "http/conditional.h"

#include <algorithm>
#include <array>
#include <span>

namespace docquarry::api::v1 {
namespace {

// Best first: a client that accepts anything gets JSON.
constexpr std::array offered{ResultFormat::json, ResultFormat::markdown, ResultFormat::text, ResultFormat::ndjson};

// ?format= goes before Accept. Empty: nothing that was asked for can be made. A single page has no NDJSON.
std::optional<ResultFormat> wished_format(const Request& request, const Parameters& query, bool whole) {
  auto word =
      whole ? query.word("format", {"json", "markdown", "text", "ndjson"}) : query.word("format", {"json", "markdown", "text"});
  if (word) return result_format_named(*word);
  std::array<std::string_view, offered.size()> types;
  std::transform(offered.begin(), offered.end(), types.begin(), [](ResultFormat format) { return content_type(format); });
  auto best = http::best_media_type(request.header("accept"), std::span(types).first(whole ? 4 : 3));
  return best ? std::optional(offered[*best]) : std::nullopt;
}

PageParts parts_for(ResultFormat format, bool lines) {
  PageParts parts;
  bool both = format == ResultFormat::json || format == ResultFormat::ndjson;
  parts.text = both || format == ResultFormat::text;
  parts.markdown = both || format == ResultFormat::markdown;
  parts.lines = both && lines;
  return parts;
}

std::vector<PageRange> wished_pages(const Parameters& query, Issues& issues) {
  auto text = query.text("pages", 4096);
  if (!text || text->empty()) return {};
  auto ranges = parse_page_ranges(*text);
  if (ranges) return std::move(*ranges);
  issues.add("value_error", place_of("query", "pages"), "Value error, " + ranges.error().message(),
             json_text(clean_text(text->substr(0, 100))));
  return {};
}

// A completed task's result never changes, so what decides its bytes identifies it: the task, the selection and this program's version.
std::string etag_of(const Api& api, const DocumentView& document, std::string_view selection) {
  std::string all = document.uid.value() + '/' + std::to_string(document.generation) + '/' + document.sha256 + '/' +
                    api.services.policy.version + '/' + std::string(selection);
  return http::strong_etag(sha256_hex(all).substr(0, 32));
}

constexpr auto cache_rule = "private, no-cache";  // may be kept, must be asked for again

void add_cache_headers(Response& response, std::string etag) {
  response.set("ETag", std::move(etag)).set("Cache-Control", cache_rule).set("Vary", "Accept");
}

Error without_result(const DocumentView& document) {
  std::string message = "the document ended without a result";
  if (document.state == TaskState::cancelled) message += ": the task was cancelled";
  else if (document.failure) message += ": " + document.failure->message;
  return {no_result, std::move(message)};
}

Error nothing_acceptable(bool whole) {
  std::string types = "application/json, text/markdown or text/plain";
  return {not_acceptable, "ask for " + (whole ? "application/x-ndjson, " + types : types)};
}

Response not_yet(const ShownDocument& document) {
  Response response = json_response(202, status_body(standing_of(document)));
  response.set("Retry-After", "1").set("Location", address_of(document.view.uid) + "/status").set("Cache-Control", "no-store");
  return response;
}

// One page on its own, as `format` writes it.
std::string page_body(const Page& page, ResultFormat format, bool lines) {
  std::string body;
  if (format == ResultFormat::json) {
    JsonWriter json(body);
    write_page(json, page, lines);
    return body;
  }
  ResultWriter writer(format, lines);
  writer.page(body, page);
  writer.end(body);
  return body;
}

std::string pages_body(const DocumentView& document, const std::vector<Page>& pages, bool lines) {
  std::string body;
  JsonWriter json(body);
  json.begin_object()
      .member("status", to_text(document.state))
      .member("page_count", document.page_count)
      .key("pages")
      .begin_array();
  for (const auto& page : pages) write_page(json, page, lines);
  json.end_array().key("next_page");
  // While the task runs, or behind a list that was cut, more may follow; an empty list is the end of what there is now.
  bool more = !pages.empty() && pages.back().number < document.page_count.value_or(pages.back().number + 1);
  if (more) json.value(pages.back().number + 1);
  else json.null();
  json.end_object();
  return body;
}

}  // namespace

Async<Result<Response>> get_result(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  query.allow_only({"format", "pages", "include", "wait"});
  auto format = wished_format(request, query, true);
  auto pages = wished_pages(query, issues);
  bool lines = query.word("include", {"lines"}).has_value();
  auto wait = wished_wait(request, query);
  if (issues.any()) co_return issues.response();
  if (!format) co_return fail(nothing_acceptable(true));
  bool live = *format == ResultFormat::ndjson;
  if (live) wait = std::chrono::seconds(0);
  CO_TRY(auto document, co_await find_after_wait(api, request.captures[0], wait));
  bool running = !is_final(document.view.state);
  if (running && !live) {
    // Live state may be behind for a moment. Whoever was told of the end by another process must find the result here.
    CO_TRY(document.view, co_await api.services.catalogue.find(document.view.id));
    running = !is_final(document.view.state);
  }
  if (running && !live) co_return not_yet(document);
  if (!running && document.view.state != TaskState::completed) co_return fail(without_result(document.view));

  Response response(200, std::string(content_type(*format)), std::string());
  if (running) {
    response.set("Cache-Control", "no-store");
    response.follow_client = true;
  } else {
    auto selection = "result/" + std::to_string(int(*format)) + '/' + format_page_ranges(pages) + (lines ? "/lines" : "");
    auto etag = etag_of(api, document.view, selection);
    if (http::is_unchanged(request, etag)) co_return http::not_modified(etag, cache_rule);
    add_cache_headers(response, std::move(etag));
  }
  auto parts = parts_for(*format, lines);
  CO_TRY(response.stream, co_await api.services.results.open(std::move(document.view), *format, parts, std::move(pages)));
  co_return response;
}

Async<Result<Response>> list_pages(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  query.allow_only({"from", "limit", "include"});
  PageRange range;
  range.first = int(query.integer("from", 1, Bounds{1, 1'000'000'000}));
  int limit = int(query.integer("limit", 20, Bounds{1, 100}));
  bool lines = query.word("include", {"lines"}).has_value();
  if (issues.any()) co_return issues.response();
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  CO_TRY(auto pages, co_await api.services.catalogue.pages(document.view.task, range, parts_for(ResultFormat::json, lines), limit));
  co_return json_response(200, pages_body(document.view, pages, lines));
}

Async<Result<Response>> get_page(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  query.allow_only({"format", "include"});
  auto format = wished_format(request, query, false);
  bool lines = query.word("include", {"lines"}).has_value();
  auto number = path_integer(request.captures[1], "page_number", Bounds{1, 1'000'000'000}, issues);
  if (issues.any()) co_return issues.response();
  if (!format) co_return fail(nothing_acceptable(false));
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  std::optional<std::string> etag;
  if (document.view.state == TaskState::completed) {
    auto selection = "page/" + std::to_string(*number) + '/' + std::to_string(int(*format)) + (lines ? "/lines" : "");
    etag = etag_of(api, document.view, selection);
    if (http::is_unchanged(request, *etag)) co_return http::not_modified(*etag, cache_rule);
  }
  CO_TRY(auto page, co_await api.services.results.page(document.view, int(*number), parts_for(*format, lines)));
  Response response(200, std::string(content_type(*format)), page_body(page, *format, lines));
  if (etag) add_cache_headers(response, std::move(*etag));
  co_return response;
}

}  // namespace docquarry::api::v1
