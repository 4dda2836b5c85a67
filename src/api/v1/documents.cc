#include "actions/cache_result.h"
#include "api/json_body.h"
#include "api/v1/handlers.h"
#include "api/v1/shapes.h"
#include "api/v1/waiting.h"
#include "api/validation.h"

namespace docquarry::api::v1 {
namespace {

constexpr std::size_t longest_cursor = 512;
constexpr std::size_t longest_password = 1024;

// Percent-encodes everything that has a meaning in a query.
std::string in_query(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) out += char(c);
    else out.append({'%', hex[c >> 4], hex[c & 15]});
  }
  return out;
}

// The same list from `cursor` on (RFC 8288).
std::string next_link(const Request& request, const std::string& cursor) {
  std::string address = "/v1/documents?";
  for (const auto& [name, value] : request.query)
    if (name != "cursor") address += in_query(name) + "=" + in_query(value) + "&";
  return "<" + address + "cursor=" + in_query(cursor) + ">; rel=\"next\"";
}

struct ListWish {
  DocumentFilter filter;
  ListOrder order = ListOrder::newest_first;
  std::string cursor;
  int limit = 50;
};

ListWish read_list_wish(const Request& request, Issues& issues) {
  Parameters query(request.query, "query", issues);
  query.allow_only({"limit", "cursor", "status", "created_after", "created_before", "filename", "user_id", "sort"});
  ListWish wish;
  wish.limit = int(query.integer("limit", 50, Bounds{1, 200}));
  wish.cursor = query.text("cursor", longest_cursor).value_or("");
  auto state = query.word("status", {"PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"});
  if (state) wish.filter.state = task_state_named(*state);
  wish.filter.created_from = query.time("created_after");
  wish.filter.created_before = query.time("created_before");
  wish.filter.filename_contains = query.text("filename", 255).value_or("");
  if (auto owner = query.maybe_integer("user_id", id_bounds)) wish.filter.owner = UserId(*owner);
  if (query.word("sort", {"created_at", "-created_at"}) == "created_at") wish.order = ListOrder::oldest_first;
  return wish;
}

bool no_parameters(const Request& request, Issues& issues) {
  Parameters(request.query, "query", issues).allow_only({});
  return !issues.any();
}

}  // namespace

std::string address_of(const Uid& uid) { return "/v1/documents/" + uid.value(); }

Async<Result<Response>> list_documents(Api& api, Request& request) {
  Issues issues;
  auto wish = read_list_wish(request, issues);
  if (issues.any()) co_return issues.response();
  CO_TRY(auto page, co_await api.services.catalogue.list(std::move(wish.filter), wish.order, std::move(wish.cursor), wish.limit));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("documents").begin_array();
  for (const auto& document : page.documents) write_document(json, document, -1);
  json.end_array().member("next_cursor", page.next).end_object();
  Response response = json_response(200, std::move(body));
  if (page.next) response.set("Link", next_link(request, *page.next));
  co_return response;
}

Async<Result<Response>> get_document(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  query.allow_only({"wait"});
  auto wait = wished_wait(request, query);
  if (issues.any()) co_return issues.response();
  CO_TRY(auto document, co_await find_after_wait(api, request.captures[0], wait));
  co_return json_response(200, document_body(document));
}

Async<Result<Response>> get_status(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  query.allow_only({"wait"});
  auto wait = wished_wait(request, query);
  if (issues.any()) co_return issues.response();
  CO_TRY(auto document, co_await find_after_wait(api, request.captures[0], wait));
  co_return json_response(200, status_body(standing_of(document)));
}

Async<Result<Response>> delete_document(Api& api, Request& request) {
  Issues issues;
  if (!no_parameters(request, issues)) co_return issues.response();
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  auto removed = co_await api.services.remove(document.view.id);
  if (!removed) co_return fail(std::move(removed).error());
  Response response;
  response.status = 204;
  co_return response;
}

Async<Result<Response>> cancel_document(Api& api, Request& request) {
  Issues issues;
  if (!no_parameters(request, issues)) co_return issues.response();
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  CO_TRY(document.view, co_await api.services.cancel(document.view.id));
  api.documents.remember(document.view);
  // A running task stops at its worker's next heartbeat.
  co_return json_response(is_final(document.view.state) ? 200 : 202, document_body(document));
}

Async<Result<Response>> retry_document(Api& api, Request& request) {
  Issues issues;
  if (!no_parameters(request, issues)) co_return issues.response();
  CO_TRY(auto text, co_await http::read_body(request, 256 * 1024));
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  ExtractionOptions options;
  options.extractor = document.view.options.extractor;
  options.pages = document.view.options.pages;  // the password is not kept once a task has ended
  if (!text.empty()) {
    JsonBody body(text, request.header("content-type"), issues);
    body.allow_only({"pages", "password", "extractor"});
    auto extractor = body.maybe_text("extractor");
    auto pages = body.maybe_text("pages");
    options.password = body.maybe_text("password").value_or("");
    if (options.password.size() > longest_password)
      issues.add("string_too_long", place_of("body", "password"), "String should have at most 1024 characters", "null",
                 "{\"max_length\":1024}");
    if (extractor == "llamaparse" && !api.services.policy.has_llamaparse)
      issues.add("value_error", place_of("body", "extractor"), no_llamaparse, json_text(*extractor));
    if (issues.any()) co_return issues.response();
    if (body.has("extractor")) options.extractor.reset();
    if (extractor) {
      CO_TRY(options.extractor, parse_extractor_choice(*extractor));
    }
    if (body.has("pages")) options.pages.clear();
    if (pages) {
      CO_TRY(options.pages, parse_page_ranges(*pages));
    }
  }
  CO_TRY(document.view, co_await api.services.reprocess(document.view.id, std::move(options)));
  co_await api.services.cache.remove(result_cache_key(document.view.id));
  api.documents.remember(document.view);
  document.seconds_left = -1;
  Response response = json_response(202, document_body(document));
  response.set("Location", address_of(document.view.uid));
  co_return response;
}

}  // namespace docquarry::api::v1
