#include "drivers/aws/aws_client.h"

#include "base/io_errors.h"
#include "base/log.h"
#include "base/sha256.h"
#include "drivers/aws/service_error.h"

#include <algorithm>

namespace docquarry::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t largest_refusal = 64 << 10;
constexpr auto tolerated_clock_error = 60s;  // AWS refuses from 5 or 15 minutes on

}  // namespace

std::string_view AwsAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

Result<void> AwsClient::check_endpoint(const std::string& endpoint) {
  TRY(auto url, net::parse_url(endpoint));
  if (url.path != "/" || !url.query.empty() || !url.user_info.empty())
    return fail(malformed_request, "the endpoint must be a scheme and a host, like https://s3.example.com");
  return {};
}

AwsClient::AwsClient(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, AwsService service)
    : http_(http), credentials_(credentials), clock_(clock), service_(std::move(service)), random_(std::random_device{}()) {
  auto url = net::parse_url(service_.endpoint);
  if (url) endpoint_ = std::move(*url);
}

// As libcurl writes it.
std::string AwsClient::host() const {
  bool is_usual = endpoint_.port == (endpoint_.scheme == "https" ? 443 : 80);
  return is_usual ? endpoint_.host : endpoint_.host + ":" + std::to_string(endpoint_.port);
}

std::string AwsClient::origin() const { return endpoint_.scheme + "://" + host(); }

std::chrono::milliseconds AwsClient::pause_before(int attempt) {
  auto most = std::min(service_.first_pause * (1 << std::min(attempt, 20)), service_.longest_pause);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
}

Async<Result<AwsAnswer>> AwsClient::send(AwsRequest request) {
  bool may_renew = true, may_correct = true;
  auto last_try = std::chrono::steady_clock::now() + service_.patience;
  for (int tries = 1;; ++tries) {
    CO_TRY(auto credentials, co_await credentials_.current());
    auto answer = co_await attempt(request, credentials);
    bool is_last = tries >= service_.attempts || std::chrono::steady_clock::now() >= last_try;
    if (!answer) {
      if (is_last || !request.repeatable || !answer.error().is(connection_failed)) co_return answer;
      log::debug("AWS request failed, trying again", {{"service", service_.name}, {"reason", answer.error().message()}});
    } else {
      if (answer->is_success()) co_return answer;
      const auto& code = answer->error_code;
      if (may_renew && is_about_expired_credentials(code)) {
        may_renew = false;
        credentials_.forget(credentials.access_key_id);
        continue;
      }
      if (may_correct && is_about_the_clock(answer->status, code) && corrects_the_clock(*answer)) {
        may_correct = false;
        continue;
      }
      bool again = is_throttling(answer->status, code) || (request.repeatable && is_transient(answer->status, code));
      if (is_last || !again) co_return answer;
      log::debug("AWS request refused, trying again",
                 {{"service", service_.name}, {"status", answer->status}, {"code", answer->error_code}});
    }
    co_await pause_for(pause_before(tries));
  }
}

Async<Result<AwsAnswer>> AwsClient::attempt(const AwsRequest& request, const Credentials& credentials) {
  RequestToSign to_sign;
  to_sign.method = request.method;
  to_sign.host = host();
  to_sign.path = request.path;
  to_sign.query = request.query;
  to_sign.headers = request.headers;
  std::string hash = request.upload ? request.upload_sha256 : sha256_hex(request.body);
  SigningScope scope{service_.region, service_.name};

  net::HttpRequest http;
  http.method = request.method;
  http.url = origin() + target_of(to_sign);
  http.headers = signed_headers(to_sign, credentials, scope, hash, now());
  http.asks_first = false;
  http.idle_time = request.idle_time;
  if (request.upload) {
    http.upload = request.upload();
    http.upload_bytes = request.upload_bytes;
  } else {
    http.body = request.body;
  }
  CO_TRY(auto response, co_await http_.send(std::move(http)));

  AwsAnswer answer;
  answer.status = response.status;
  answer.headers = std::move(response.headers);
  if (answer.is_success() && request.stream) {
    answer.body = std::move(response.body);
    co_return answer;
  }
  auto limit = answer.is_success() ? request.answer_limit : largest_refusal;
  CO_TRY(answer.text, co_await net::read_all(*response.body, limit));
  if (!answer.is_success()) {
    auto refusal = service_error_of(answer.text);
    answer.error_code = std::move(refusal.code);
    answer.error_message = std::move(refusal.message);
  }
  co_return answer;
}

// True when our clock was wrong, and so the request worth another try.
bool AwsClient::corrects_the_clock(const AwsAnswer& answer) {
  auto theirs = parse_http_date(answer.header("date"));
  if (!theirs) return false;
  auto error = std::chrono::round<std::chrono::seconds>(*theirs - now());
  if (error > -tolerated_clock_error && error < tolerated_clock_error) return false;
  clock_error_ += error;
  log::warn("the clock of this machine is wrong, signing with the service's time (set up NTP)",
            {{"service", service_.name}, {"seconds", clock_error_.count()}});
  return true;
}

Async<Result<std::string>> AwsClient::presigned_url(std::string path, Parameters query, std::chrono::seconds lifetime) {
  CO_TRY(auto credentials, co_await credentials_.current());
  RequestToSign request;
  request.method = "GET";
  request.host = host();
  request.path = std::move(path);
  request.query = std::move(query);
  SigningScope scope{service_.region, service_.name};
  co_return origin() + presigned_target(std::move(request), credentials, scope, lifetime, now());
}

}  // namespace docquarry::aws
