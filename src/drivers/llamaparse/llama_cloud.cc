#include "drivers/llamaparse/llama_cloud.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/llamaparse/llama_errors.h"
#include "drivers/llamaparse/upload_body.h"
#include "net/url.h"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace docquarry {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::uint64_t longest_short_answer = 64 * 1024, longest_list = 4 << 20, longest_refusal = 16 * 1024;
constexpr int jobs_per_list = 100, lists_looked_through = 10;

Result<json::object> parsed(std::string_view body) {
  json::error_code error;
  auto value = json::parse(json::string_view(body.data(), body.size()), error);
  if (error || !value.is_object()) return fail(extractor_misbehaved, "LlamaCloud sent an answer that is no JSON object");
  return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Names that the service gives become parts of addresses, rows and log lines.
Result<std::string> id_of(const json::object& object) {
  auto id = text_at(object, "id");
  auto is_plain = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
  if (id.empty() || id.size() > 200 || !std::all_of(id.begin(), id.end(), is_plain))
    return fail(extractor_misbehaved, "LlamaCloud sent an answer without an id");
  return id;
}

bool has_mark(const json::object& job, const std::string& mark) {
  const auto* metadata = job.if_contains("user_metadata");
  return metadata != nullptr && metadata->is_object() && text_at(metadata->get_object(), "docquarry") == mark;
}

// Seconds, or the SDKs' own header in milliseconds. An HTTP date (RFC 9110, 10.2.3) counts as none: no such answer was ever seen.
std::chrono::milliseconds retry_after(const net::HttpResponse& response) {
  auto number = [&](std::string_view name) {
    auto text = response.header(name);
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && value > 0 ? value : 0;
  };
  if (int milliseconds = number("retry-after-ms"); milliseconds > 0) return std::chrono::milliseconds(milliseconds);
  return std::chrono::seconds(std::min(number("retry-after"), 1'000'000));
}

std::string order_body(const LlamaJobOrder& order, const LlamaParseOptions& options) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("file_id", order.file).member("tier", options.tier).member("version", options.version);
  json.member("client_name", "docquarry");
  if (!order.target_pages.empty()) json.key("page_ranges").begin_object().member("target_pages", order.target_pages).end_object();
  json.key("user_metadata").begin_object().member("docquarry", order.mark).end_object().end_object();
  return body;
}

std::string job_path(const std::string& job) { return "/api/v2/parse/" + net::percent_encoded(job); }

}  // namespace

Result<std::string> llama_cloud_address(std::string_view region) {
  if (region == "na") return "https://api.cloud.llamaindex.ai";
  if (region == "eu") return "https://api.cloud.eu.llamaindex.ai";
  return fail(invalid_setting, "must be na or eu");
}

LlamaCloud::LlamaCloud(boost::asio::io_context& loop, boost::asio::thread_pool& helpers, LlamaParseOptions options)
    : helpers_(helpers), options_(std::move(options)), http_(loop) {}

std::chrono::milliseconds LlamaCloud::jittered(std::chrono::milliseconds wish, double least, double most) {
  double factor = std::uniform_real_distribution<double>(least, most)(random_);
  return std::chrono::milliseconds(std::int64_t(double(wish.count()) * factor));
}

net::HttpRequest LlamaCloud::request(std::string method, const std::string& path_and_query) const {
  net::HttpRequest request;
  request.method = std::move(method);
  request.url = options_.base_url + path_and_query;
  request.headers = {{"Authorization", "Bearer " + options_.api_key}, {"Accept", "application/json"}, {"User-Agent", "docquarry"}};
  return request;
}

net::HttpRequest LlamaCloud::json_request(const std::string& path, std::string body) const {
  auto request = this->request("POST", path);
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  return request;
}

Async<LlamaCloud::Attempt> LlamaCloud::attempt(net::HttpRequest request) {
  Attempt outcome{fail(extractor_unavailable, "")};
  auto response = co_await http_.send(std::move(request));
  if (!response) {
    bool by_network = response.error().is(connection_failed);  // else our own file could not be read
    outcome.again = outcome.may_have_worked = by_network;
    if (by_network) outcome.response = fail(extractor_unavailable, "LlamaCloud: " + response.error().message());
    else outcome.response = fail(std::move(response).error());
    co_return outcome;
  }
  int status = response->status;
  if (status >= 200 && status < 300) {
    outcome.response = std::move(*response);
    co_return outcome;
  }
  auto body = co_await net::read_all(*response->body, longest_refusal);
  outcome.response = fail(refusal(status, body.value_or("")));
  outcome.again = may_send_again(status);
  outcome.may_have_worked = status >= 500 || status == 408;
  outcome.wait = std::min(retry_after(*response), options_.longest_retry_after);
  co_return outcome;
}

Async<void> LlamaCloud::pause_after(int attempts, std::chrono::milliseconds at_least) {
  auto doubled = std::min(options_.first_pause * (1 << std::min(attempts - 1, 16)), options_.longest_pause);
  co_await pause_for(std::max(jittered(doubled, 0.75, 1.0), at_least));
}

Async<Result<net::HttpResponse>> LlamaCloud::send(MakeRequest make) {
  for (int attempts = 1;; ++attempts) {
    auto request = make();
    auto outcome = co_await attempt(std::move(request));
    if (outcome.response || !outcome.again || attempts >= options_.tries) co_return std::move(outcome.response);
    log::debug("LlamaCloud: trying again", {{"error", outcome.response.error().describe()}, {"attempt", attempts}});
    co_await pause_after(attempts, outcome.wait);
  }
}

// The whole answer. One that is cut off makes an attempt that succeeded one that failed.
Async<std::string> LlamaCloud::take_body(Attempt& outcome, std::uint64_t most_bytes) {
  std::string body;
  if (!outcome.response) co_return body;
  auto read = co_await net::read_all(*outcome.response->body, most_bytes);
  if (read) co_return std::move(*read);
  outcome.again = outcome.may_have_worked = read.error().is(connection_failed);
  const ErrorCode& code = outcome.again ? extractor_unavailable : extractor_misbehaved;
  outcome.response = fail(code, "LlamaCloud: " + read.error().message());
  co_return body;
}

Async<Result<std::string>> LlamaCloud::send_for_body(MakeRequest make, std::uint64_t most_bytes) {
  for (int attempts = 1;; ++attempts) {
    auto request = make();
    auto outcome = co_await attempt(std::move(request));
    auto body = co_await take_body(outcome, most_bytes);
    if (outcome.response) co_return body;
    if (!outcome.again || attempts >= options_.tries) co_return fail(std::move(outcome.response).error());
    log::debug("LlamaCloud: trying again", {{"error", outcome.response.error().describe()}, {"attempt", attempts}});
    co_await pause_after(attempts, outcome.wait);
  }
}

Async<Result<std::string>> LlamaCloud::upload(int fd, std::uint64_t bytes) {
  auto boundary = fmt::format("docquarry-{:08x}{:08x}{:08x}", random_(), random_(), random_());
  auto make = [&] {
    auto request = this->request("POST", "/api/v1/beta/files");
    std::vector<std::pair<std::string, std::string>> fields{{"purpose", "parse"}};
    // The user's name for the file says nothing to the service, and may say too much.
    auto body = std::make_unique<UploadBody>(helpers_, fd, bytes, boundary, fields, "document.pdf");
    request.headers.emplace_back("Content-Type", body->content_type());
    request.upload_bytes = body->bytes();
    request.upload = std::move(body);
    return request;
  };
  CO_TRY(auto body, co_await send_for_body(make, longest_short_answer));
  CO_TRY(auto answer, parsed(body));
  co_return id_of(answer);
}

Async<Result<std::string>> LlamaCloud::create_job(LlamaJobOrder order) {
  for (int attempts = 1;; ++attempts) {
    auto request = json_request("/api/v2/parse", order_body(order, options_));
    request.fresh_connection = true;  // else libcurl might repeat it where nobody sees it
    auto outcome = co_await attempt(std::move(request));
    auto body = co_await take_body(outcome, longest_short_answer);
    if (outcome.response) {
      CO_TRY(auto answer, parsed(body));
      co_return id_of(answer);
    }
    bool last = attempts >= options_.tries;
    if (outcome.again && !last) co_await pause_after(attempts, outcome.wait);
    if (outcome.may_have_worked) {
      auto found = co_await find_job(order);
      if (!found) co_return found;  // creating another one could be paid twice
      if (!found->empty()) co_return found;
    }
    if (!outcome.again || last) co_return fail(std::move(outcome.response).error());
  }
}

Async<Result<std::string>> LlamaCloud::find_job(LlamaJobOrder order) {
  std::string token;
  for (int list = 0; list < lists_looked_through; ++list) {
    std::vector<std::pair<std::string, std::string>> query{{"page_size", std::to_string(jobs_per_list)},
                                                           {"created_at_on_or_after", order.since}};
    if (!token.empty()) query.emplace_back("page_token", token);
    std::string path = "/api/v2/parse?" + net::query_of(query);
    auto make = [&] { return request("GET", path); };
    CO_TRY(auto body, co_await send_for_body(make, longest_list));
    CO_TRY(auto answer, parsed(body));
    const auto* items = answer.if_contains("items");
    if (items == nullptr || !items->is_array()) co_return fail(extractor_misbehaved, "LlamaCloud sent a list without items");
    for (const auto& item : items->get_array())
      if (item.is_object() && has_mark(item.get_object(), order.mark)) co_return id_of(item.get_object());
    token = text_at(answer, "next_page_token");
    if (token.empty() || items->get_array().empty()) break;
  }
  co_return std::string();
}

Async<Result<LlamaJob>> LlamaCloud::look_at(std::string job) {
  std::string path = job_path(job) + "?expand=metadata&expand=usage";
  auto make = [&] { return request("GET", path); };
  for (int attempts = 1;; ++attempts) {
    CO_TRY(auto response, co_await send(make));
    LlamaAnswer answer("", options_.page_bytes);
    std::array<std::byte, 16 * 1024> piece;
    while (true) {
      auto bytes = co_await response.body->read(piece);
      if (!bytes && attempts < options_.tries) break;  // cut off: once more
      if (!bytes) co_return fail(extractor_unavailable, "LlamaCloud: " + bytes.error().message());
      if (*bytes == 0) {
        CO_CHECK(answer.finish());
        co_return answer.job();
      }
      CO_CHECK(answer.feed({reinterpret_cast<const char*>(piece.data()), *bytes}));
    }
    co_await pause_after(attempts, 0ms);
  }
}

Async<Result<net::HttpResponse>> LlamaCloud::open_result(std::string job, std::string kind) {
  std::string path = job_path(job) + "?expand=" + kind;
  auto make = [&] { return request("GET", path); };
  auto response = co_await send(make);
  co_return response;
}

Async<Result<void>> LlamaCloud::cancel(std::string job) {
  auto cancelling = request("POST", job_path(job) + "/cancel");
  auto outcome = co_await attempt(std::move(cancelling));
  if (!outcome.response) co_return fail(std::move(outcome.response).error());
  co_return Result<void>{};
}

}  // namespace docquarry
