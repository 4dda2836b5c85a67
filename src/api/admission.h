// Who may come in, decided before anything of the body is read.
#pragma once

#include "api/problem.h"
#include "api/services.h"
#include "http/request.h"
#include "http/response.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace docquarry::api {

// An open service on loopback can be reached by every page in the user's browser. So its Host must be a name of this machine or a
// configured one (DNS rebinding), and requests that a foreign page makes are refused (a multipart POST needs no CORS pre-flight).
// Applies when policy.allowed_hosts is not empty. Following a link or typing an address stays possible.
std::optional<Error> why_foreign(const Policy& policy, const http::Request& request);

// The verdict on one upload. Its headers go on every answer to that upload, refused or not.
struct Admission {
  std::optional<http::Response> refusal;  // 429 or 503
  std::vector<std::pair<std::string, std::string>> headers;

  void add_headers(http::Response& response) const;
};

// In the original's order: the rate of this client, then whether the service takes uploads now.
Async<Result<Admission>> admit_upload(Services& services, http::Request& request);

// RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers, two-field form) and the older X-RateLimit-*.
std::vector<std::pair<std::string, std::string>> rate_headers(const RateRule& rule, const RateVerdict& verdict);

}  // namespace docquarry::api
