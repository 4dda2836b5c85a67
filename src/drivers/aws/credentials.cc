#include "drivers/aws/credentials.h"

#include "base/files.h"
#include "base/io_errors.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "net/url.h"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace docquarry::aws {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

// Refreshed early, while the old ones still serve: AWS has new ones at least 5 minutes before the old ones expire.
constexpr std::chrono::seconds refresh_before = 4min, unusable_before = 30s, pause_after_failure = 10s;
constexpr std::size_t largest_answer = 64 << 10;

constexpr std::string_view what_to_set =
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this container or machine a role";

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// Both roles answer alike.
Result<Credentials> credentials_of(std::string_view document, std::string_view where) {
  boost::system::error_code error;
  auto parsed = json::parse(document, error);
  if (error || !parsed.is_object()) return fail(connection_failed, std::string(where) + " did not answer with JSON");
  const auto& object = parsed.get_object();
  Credentials out;
  out.access_key_id = text_of(object, "AccessKeyId");
  out.secret_access_key = text_of(object, "SecretAccessKey");
  out.session_token = text_of(object, "Token");
  out.expires = parse_time(text_of(object, "Expiration"));
  if (out.access_key_id.empty() || out.secret_access_key.empty() || !out.expires) {
    auto code = text_of(object, "Code");
    return fail(connection_failed, std::string(where) + " gave no credentials" + (code.empty() ? "" : " (" + code + ")"));
  }
  return out;
}

// A token must not be sent to just anybody: over TLS, or to this machine, or to the two addresses of container agents.
bool may_get_the_token(const net::Url& url) {
  return url.scheme == "https" || url.host == "localhost" || url.host.starts_with("127.") || url.host == "[::1]" ||
         url.host == "169.254.170.2" || url.host == "169.254.170.23" || url.host == "[fd00:ec2::23]";
}

}  // namespace

CredentialSource::CredentialSource(boost::asio::io_context& loop, net::HttpClient& http, const Clock& clock,
                                   CredentialOptions options)
    : http_(http),
      clock_(clock),
      options_(std::move(options)),
      fetching_(loop, 1),
      last_failure_(invalid_setting, "there are no AWS credentials: " + std::string(what_to_set)) {}

Result<void> CredentialSource::check_settings() const {
  if (options_.access_key_id.empty() != options_.secret_access_key.empty()) {
    std::string missing = options_.access_key_id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    return fail(invalid_setting, "set " + missing + " too: one half of a key pair is no use");
  }
  return {};
}

bool CredentialSource::are_good_for(std::chrono::seconds time) const {
  return !known_.access_key_id.empty() && *known_.expires - clock_.now() > time;
}

void CredentialSource::forget(const std::string& access_key_id) {
  if (known_.access_key_id == access_key_id) known_ = {};
}

Async<Result<Credentials>> CredentialSource::current() {
  CO_CHECK(check_settings());
  if (are_set()) {
    Credentials given;
    given.access_key_id = options_.access_key_id;
    given.secret_access_key = options_.secret_access_key;
    given.session_token = options_.session_token;
    co_return given;
  }
  if (are_good_for(refresh_before)) co_return known_;
  bool still_serve = are_good_for(unusable_before);
  if (clock_.now() < not_again_before_) {
    if (still_serve) co_return known_;
    co_return fail(last_failure_);
  }
  auto only_one = fetching_.try_take();
  if (!only_one && still_serve) co_return known_;
  if (!only_one) {
    int fetches_before = fetches_;
    auto held = co_await fetching_.take();
    only_one.emplace(std::move(held));
    // Whoever waited shares what the one before it got. When that one was cancelled, the next fetches.
    if (are_good_for(unusable_before)) co_return known_;
    if (fetches_ != fetches_before) co_return fail(last_failure_);
  }
  auto fetched = co_await fetch();
  ++fetches_;
  if (fetched) {
    known_ = *fetched;
    log::info("AWS credentials fetched", {{"expires", to_rfc3339(*known_.expires)}});
    co_return known_;
  }
  last_failure_ = fetched.error();
  not_again_before_ = clock_.now() + pause_after_failure;
  if (!are_good_for(unusable_before)) co_return fail(last_failure_);
  log::warn("AWS credentials could not be refreshed, the old ones still serve", last_failure_);
  co_return known_;
}

Async<Result<Credentials>> CredentialSource::fetch() {
  bool in_container = !options_.container_relative_uri.empty() || !options_.container_full_uri.empty();
  if (in_container) {
    auto given = co_await of_container();
    co_return given;
  }
  if (options_.instance_role_disabled)
    co_return fail(invalid_setting,
                   "there are no AWS credentials: " + std::string(what_to_set) + " (AWS_EC2_METADATA_DISABLED is on)");
  auto given = co_await of_instance();
  co_return given;
}

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
Async<Result<Credentials>> CredentialSource::of_container() {
  net::HttpRequest request;
  request.url = options_.container_full_uri;
  std::string setting = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  if (!options_.container_relative_uri.empty()) {
    request.url = options_.container_host + options_.container_relative_uri;
    setting = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  }
  auto url = net::parse_url(request.url);
  if (!url) co_return fail(invalid_setting, setting + ": " + url.error().message());
  if (!may_get_the_token(*url))
    co_return fail(invalid_setting,
                   setting + " must be an https address, or one of this machine: credentials are not asked of " + url->host);
  std::string token = options_.container_token;
  if (!options_.container_token_file.empty()) {
    auto read = read_whole_file(options_.container_token_file, largest_answer);  // a small file in memory, once an hour
    if (!read) co_return fail(invalid_setting, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: " + read.error().message());
    token = std::move(*read);
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  }
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  CO_TRY(auto document, co_await ask(std::move(request)));
  co_return credentials_of(document, "the container's role (" + setting + ")");
}

// IMDSv2: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
Async<Result<Credentials>> CredentialSource::of_instance() {
  net::HttpRequest for_token;
  for_token.method = "PUT";
  for_token.url = options_.instance_metadata + "/latest/api/token";
  for_token.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  auto token = co_await ask(std::move(for_token));
  if (!token) {
    std::string why = token.error().message();
    co_return fail(invalid_setting,
                   "there are no AWS credentials: " + std::string(what_to_set) + " (instance metadata: " + why + ")");
  }
  const std::string roles = options_.instance_metadata + "/latest/meta-data/iam/security-credentials/";
  net::HttpRequest for_name;
  for_name.url = roles;
  for_name.headers.emplace_back("X-aws-ec2-metadata-token", *token);
  auto name = co_await ask(std::move(for_name));
  if (!name || name->empty())
    co_return fail(invalid_setting,
                   "this machine has no role: attach an instance profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  net::HttpRequest for_credentials;
  for_credentials.url = roles + net::percent_encoded(name->substr(0, name->find('\n')));
  for_credentials.headers.emplace_back("X-aws-ec2-metadata-token", *token);
  CO_TRY(auto document, co_await ask(std::move(for_credentials)));
  co_return credentials_of(document, "the machine's role");
}

// Three attempts: these addresses are rarely far away, but they do refuse under load.
Async<Result<std::string>> CredentialSource::ask(net::HttpRequest request) {
  request.connect_time = 1s;
  request.idle_time = 5s;
  for (int attempt = 1;; ++attempt) {
    net::HttpRequest again;
    again.method = request.method;
    again.url = request.url;
    again.headers = request.headers;
    again.connect_time = request.connect_time;
    again.idle_time = request.idle_time;
    auto answer = co_await try_to_ask(std::move(again));
    if (answer || attempt == 3 || !answer.error().code().retryable) co_return answer;
    co_await pause_for(attempt * 100ms);
  }
}

Async<Result<std::string>> CredentialSource::try_to_ask(net::HttpRequest request) {
  std::string where = request.url;
  CO_TRY(auto response, co_await http_.send(std::move(request)));
  CO_TRY(auto text, co_await net::read_all(*response.body, largest_answer));
  if (response.status == 200) co_return text;
  const auto& code = response.status >= 500 || response.status == 429 ? connection_failed : invalid_setting;
  co_return fail(code, where + " answered with status " + std::to_string(response.status));
}

}  // namespace docquarry::aws
