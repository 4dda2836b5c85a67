// AWS Signature Version 4: signed headers and presigned addresses. Pure functions.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html and, for S3,
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
#pragma once

#include "base/time.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::aws {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;         // only with temporary credentials
  std::optional<Timestamp> expires;  // likewise
};

struct SigningScope {
  std::string region;
  std::string service;  // "s3", "sqs"
};

// What is signed. Path and query are decoded: they are encoded in one place only, so what is signed is what is sent.
struct RequestToSign {
  std::string method;
  std::string host;    // as the Host header says it: with the port when that is not the scheme's own
  std::string path;    // begins with '/'; no "." or ".." segments where they have a meaning
  Parameters query;    // in any order
  Parameters headers;  // each name once, in any case; all of them are signed
};

// The hash that stands for a body that is not hashed.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

// Path and query as they must be sent: everything but unreserved characters as %XX, the query in signing order.
std::string target_of(const RequestToSign& request);

// The request's headers and those that authenticate it (without Host, which whoever sends it derives from the address).
// `payload_sha256` is 64 hex digits, or unsigned_payload.
Parameters signed_headers(const RequestToSign& request, const Credentials& credentials, const SigningScope& scope,
                          std::string_view payload_sha256, Timestamp now);

// Path and query that anybody may use as they are until `now` + `lifetime` (1 second to 7 days); the request needs no other headers than
// those in `request.headers`.
std::string presigned_target(RequestToSign request, const Credentials& credentials, const SigningScope& scope,
                             std::chrono::seconds lifetime, Timestamp now);

}  // namespace docquarry::aws
