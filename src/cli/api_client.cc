#include "cli/api_client.h"

#include "base/json_writer.h"
#include "cli/upload_form.h"
#include "domain/error_codes.h"
#include "net/url.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace docquarry::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::uint64_t largest_answer = 64 << 20;
constexpr int most_waits = 200;  // a server that keeps sending us away for so long will not have us

// ---- reading answers -------------------------------------------------------------------------------------------------------------------

Result<json::value> parse(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error) return fail(invalid_request, "the server's answer is not JSON; is this docquarry?");
  return value;
}

const json::value* member(const json::value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

std::string text_of(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

double number_of(const json::value* value) {
  if (value == nullptr || !value->is_number()) return 0;
  boost::system::error_code error;
  auto number = value->to_number<double>(error);
  return error ? 0 : number;
}

// As the server writes it: Boost.JSON itself would write 45.0 as 4.5E1.
void write(JsonWriter& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      out.begin_object();
      for (const auto& [name, content] : value.get_object()) {
        out.key(name);
        write(out, content);
      }
      out.end_object();
      break;
    case json::kind::array:
      out.begin_array();
      for (const auto& content : value.get_array()) write(out, content);
      out.end_array();
      break;
    case json::kind::string: out.value(std::string_view(value.get_string())); break;
    case json::kind::int64: out.value(value.get_int64()); break;
    case json::kind::uint64: out.value(value.get_uint64()); break;
    case json::kind::double_: out.value(value.get_double()); break;
    case json::kind::bool_: out.value(value.get_bool()); break;
    case json::kind::null: out.null(); break;
  }
}

RemoteDocument to_document(const json::value& value) {
  RemoteDocument document;
  document.id = text_of(member(value, "id"));
  document.filename = text_of(member(value, "filename"));
  document.state = text_of(member(value, "status"));
  document.percent = number_of(member(value, "progress"));
  if (auto* count = member(value, "page_count"); count != nullptr && count->is_number())
    document.page_count = int(number_of(count));
  if (auto* partial = member(value, "partial"); partial != nullptr && partial->is_bool()) document.partial = partial->get_bool();
  if (auto* error = member(value, "error")) document.problem = text_of(member(*error, "message"));
  JsonWriter out(document.json);
  write(out, value);
  return document;
}

Result<RemoteDocument> parse_document(const std::string& text) {
  TRY(auto value, parse(text));
  auto document = to_document(value);
  if (document.id.empty() || document.state.empty())
    return fail(invalid_request, "the server's answer is no document; is this docquarry?");
  return document;
}

// {"detail":"sentence"} or {"detail":[{"loc":["query","pages"],"msg":"…"}]}.
std::string refusal_in(const std::string& body) {
  auto value = parse(body);
  const json::value* detail = value ? member(*value, "detail") : nullptr;
  if (detail == nullptr) return "";
  if (detail->is_string()) return text_of(detail);
  std::string all;
  if (!detail->is_array()) return all;
  for (const auto& issue : detail->get_array()) {
    const json::value* place = member(issue, "loc");
    std::string where =
        place != nullptr && place->is_array() && !place->get_array().empty() ? text_of(&place->get_array().back()) : "";
    all += (all.empty() ? "" : "; ") + (where.empty() ? "" : where + ": ") + text_of(member(issue, "msg"));
  }
  return all;
}

// With the code that the server names, which is one of ours; something in between that is not docquarry names none.
Error refused(int status, const std::string& body) {
  auto sentence = refusal_in(body);
  if (sentence.empty()) sentence = "the server answered " + std::to_string(status);
  auto value = parse(body);
  auto name = value ? text_of(member(*value, "code")) : "";
  if (!name.empty()) return {error_code_named(name), sentence};
  return {status >= 500 ? internal_error : invalid_request, sentence};
}

// {"code":…,"detail":…} within the answer to a form.
Error refusal_of_file(const json::value* error) {
  if (error == nullptr) return {invalid_request, "refused"};
  return {error_code_named(text_of(member(*error, "code"))), text_of(member(*error, "detail"))};
}

std::optional<std::chrono::seconds> patience_asked(const net::HttpResponse& response) {
  if (response.status != 429 && response.status != 503) return std::nullopt;
  auto text = response.header("retry-after");
  int seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(std::clamp(seconds, 1, 600));
}

std::string path_of(const std::string& id) { return "/v1/documents/" + net::percent_encoded(id); }

}  // namespace

ApiClient::ApiClient(boost::asio::io_context& loop, std::string server, OnWait on_wait)
    : http_(loop), server_(std::move(server)), on_wait_(std::move(on_wait)) {
  while (server_.ends_with('/')) server_.pop_back();
}

net::HttpRequest ApiClient::request(std::string method, const std::string& path) const {
  net::HttpRequest request;
  request.method = std::move(method);
  request.url = server_ + path;
  request.headers = {{"User-Agent", "docquarry/" DOCQUARRY_VERSION}, {"Accept", "application/json"}};
  return request;
}

// A successful answer, after as many polite waits as the server asks for. `make_request` is called for every try.
Async<Result<net::HttpResponse>> ApiClient::call(MakeRequest make_request) {
  for (int waits = 0;; ++waits) {
    auto request = make_request();
    CO_TRY(auto response, co_await http_.send(std::move(request)));
    if (response.status < 400) co_return response;
    auto patience = patience_asked(response);
    CO_TRY(auto body, co_await net::read_all(*response.body, largest_answer));
    if (!patience || waits == most_waits) co_return fail(refused(response.status, body));
    on_wait_(*patience, refusal_in(body));
    co_await pause_for(*patience);
  }
}

Async<Result<std::string>> ApiClient::call_for_text(MakeRequest make_request) {
  CO_TRY(auto response, co_await call(std::move(make_request)));
  co_return co_await net::read_all(*response.body, largest_answer);
}

Async<Result<std::vector<Result<RemoteDocument>>>> ApiClient::upload(UploadOrder order, OnSent on_sent) {
  MakeRequest make_request = [&] {
    auto form = std::make_unique<UploadForm>("docquarry-" + order.key, on_sent);
    if (!order.pages.empty()) form->add_field("pages", order.pages);
    if (!order.extractor.empty()) form->add_field("extractor", order.extractor);
    if (!order.password.empty()) form->add_field("password", order.password);
    for (const auto& file : order.files) form->add_file("files", file.path, file.bytes);
    form->end();
    auto request = this->request("POST", "/v1/documents");
    request.headers.emplace_back("Content-Type", form->content_type());
    request.headers.emplace_back("Idempotency-Key", order.key);
    request.upload_bytes = form->bytes();
    request.upload = std::move(form);
    return request;
  };
  CO_TRY(auto text, co_await call_for_text(std::move(make_request)));
  CO_TRY(auto value, parse(text));
  const json::value* documents = member(value, "documents");
  if (documents == nullptr || !documents->is_array() || documents->get_array().size() != order.files.size())
    co_return fail(invalid_request, "the server's answer does not fit what was uploaded; is this docquarry?");
  std::vector<Result<RemoteDocument>> outcomes;
  for (const auto& one : documents->get_array()) {
    bool taken = !text_of(member(one, "id")).empty();
    if (taken) outcomes.emplace_back(to_document(one));
    else outcomes.push_back(fail(refusal_of_file(member(one, "error"))));
  }
  co_return outcomes;
}

Async<Result<RemoteDocument>> ApiClient::document(std::string id, std::chrono::seconds wait) {
  auto path = path_of(id) + (wait > 0s ? "?wait=" + std::to_string(wait.count()) : "");
  MakeRequest make_request = [&] { return request("GET", path); };
  CO_TRY(auto text, co_await call_for_text(std::move(make_request)));
  co_return parse_document(text);
}

Async<Result<DocumentList>> ApiClient::list(std::vector<std::pair<std::string, std::string>> filters, std::string cursor) {
  if (!cursor.empty()) filters.emplace_back("cursor", std::move(cursor));
  auto path = "/v1/documents?" + net::query_of(filters);
  MakeRequest make_request = [&] { return request("GET", path); };
  CO_TRY(auto text, co_await call_for_text(std::move(make_request)));
  CO_TRY(auto value, parse(text));
  DocumentList list;
  const json::value* documents = member(value, "documents");
  if (documents == nullptr || !documents->is_array())
    co_return fail(invalid_request, "the server's answer is no list; is this docquarry?");
  for (const auto& one : documents->get_array()) list.documents.push_back(to_document(one));
  list.next_cursor = text_of(member(value, "next_cursor"));
  co_return list;
}

Async<Result<std::unique_ptr<ByteSource>>> ApiClient::result(std::string id, std::string format) {
  auto path = path_of(id) + "/result?format=" + format;
  MakeRequest make_request = [&] { return request("GET", path); };
  CO_TRY(auto response, co_await call(std::move(make_request)));
  if (response.status == 200) co_return std::move(response.body);
  CO_TRY(auto text, co_await net::read_all(*response.body, largest_answer));
  CO_TRY(auto document, parse_document(text));
  co_return fail(invalid_request, "not finished yet: " + document.state + ", " + std::to_string(int(document.percent)) +
                                      "%; wait with docquarry status --wait, or take what is there with --format ndjson");
}

Async<Result<RemoteDocument>> ApiClient::act(std::string id, std::string verb) {
  auto path = path_of(id) + "/" + verb;
  MakeRequest make_request = [&] { return request("POST", path); };
  CO_TRY(auto text, co_await call_for_text(std::move(make_request)));
  co_return parse_document(text);
}

Async<Result<void>> ApiClient::remove(std::string id) {
  auto path = path_of(id);
  MakeRequest make_request = [&] { return request("DELETE", path); };
  auto removed = co_await call_for_text(std::move(make_request));
  if (!removed) co_return fail(std::move(removed).error());
  co_return Result<void>{};
}

}  // namespace docquarry::cli
