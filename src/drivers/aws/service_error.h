// What an AWS service says when it refuses, in either of its languages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace docquarry::aws {

struct ServiceError {
  std::string code;     // "NoSuchKey", "QueueDoesNotExist"
  std::string message;  // for people; control characters are left out
};

// Of <Error><Code>..., of <ErrorResponse><Error>..., or of {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": ...}; empty when
// it is none of these.
ServiceError service_error_of(std::string_view body);

// The service asks for patience (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html): nothing was done.
bool is_throttling(int status, std::string_view error_code);
// Something is wrong at the service, or on the way; whether the request was carried out is not known.
bool is_transient(int status, std::string_view error_code);
bool is_about_expired_credentials(std::string_view error_code);
bool is_about_the_clock(int status, std::string_view error_code);

// A Date header, "Tue, 24 Nov 2026 20:22:27 GMT" (RFC 9110, 5.6.7).
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace docquarry::aws
