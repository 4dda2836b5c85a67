#include "api/admission.h"

#include <algorithm>

namespace docquarry::api {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

// "LocalHost:8000" -> "localhost", "[::1]:8000" -> "[::1]".
std::string host_without_port(std::string_view host) {
  auto end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  auto name = lower(host.substr(0, end));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_loopback_name(std::string_view name) {
  if (name == "localhost" || name.ends_with(".localhost") || name == "[::1]") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == name.npos;
}

bool is_known_host(const Policy& policy, std::string_view host) {
  auto name = host_without_port(host);
  if (is_loopback_name(name)) return true;
  return std::any_of(policy.allowed_hosts.begin(), policy.allowed_hosts.end(),
                     [&](const std::string& allowed) { return host_without_port(allowed) == name; });
}

// "https://example.org:8080" belongs to the host "example.org:8080".
bool is_own_origin(std::string_view origin, std::string_view host) {
  auto scheme = origin.find("://");
  return scheme != origin.npos && lower(origin.substr(scheme + 3)) == lower(host);
}

bool is_navigation(const http::Request& request) {
  return request.method == "GET" && request.header("sec-fetch-mode") == "navigate";
}

}  // namespace

std::optional<Error> why_foreign(const Policy& policy, const http::Request& request) {
  if (policy.allowed_hosts.empty()) return std::nullopt;
  auto host = request.header("host");
  if (!is_known_host(policy, host))
    return Error(unknown_host, "this service does not answer under the host name of this request (add it to the allowed hosts)");
  auto origin = request.header("origin");
  bool foreign = !origin.empty() && !is_own_origin(origin, host);
  auto site = request.header("sec-fetch-site");
  if ((site == "cross-site" || site == "same-site") && !is_navigation(request)) foreign = true;
  if (foreign) return Error(foreign_origin, "a page of another site may not use this service");
  return std::nullopt;
}

void Admission::add_headers(http::Response& response) const {
  for (const auto& [name, value] : headers) response.set(name, value);
}

std::vector<std::pair<std::string, std::string>> rate_headers(const RateRule& rule, const RateVerdict& verdict) {
  auto limit = std::to_string(rule.requests), remaining = std::to_string(verdict.remaining);
  auto reset = std::to_string(verdict.reset.count());
  return {{"RateLimit-Policy", "\"" + rule.name + "\";q=" + limit + ";w=" + std::to_string(rule.window.count())},
          {"RateLimit", "\"" + rule.name + "\";r=" + remaining + ";t=" + reset},
          {"X-RateLimit-Limit", limit},
          {"X-RateLimit-Remaining", remaining},
          {"X-RateLimit-Reset", reset}};
}

Async<Result<Admission>> admit_upload(Services& services, http::Request& request) {
  Admission admission;
  const auto& rule = services.policy.upload_rate;
  auto face = face_of(request.path);
  if (rule.requests > 0) {
    // One bucket per client, whichever face it uses; the name is the original's key.
    auto verdict = co_await services.limiter.admit("rate_limit:" + request.peer + ":/upload", rule);
    admission.headers = rate_headers(rule, verdict);
    if (!verdict.admitted) {
      Error error(rate_limited, "Rate limit exceeded. Max " + std::to_string(rule.requests) + " requests per " +
                                    std::to_string(rule.window.count()) + " seconds.");
      admission.refusal = problem(services, face, request, error);
      admission.refusal->set("Retry-After", std::to_string(std::max<std::int64_t>(1, verdict.retry_after.count())));
      admission.add_headers(*admission.refusal);
      co_return admission;
    }
  }
  // Also while the service stops: who got through before the listener closed is served, so that a rolling restart fails no request.
  CO_TRY(auto waiting, co_await services.ledger.waiting());
  services.metrics.queue_depth.Set(double(waiting));
  if (waiting > services.policy.queue_limit) {
    Error full(at_capacity, "System is at capacity. Please try again in a few minutes.");
    admission.refusal = problem(services, face, request, full);
    admission.add_headers(*admission.refusal);
  }
  co_return admission;
}

}  // namespace docquarry::api
