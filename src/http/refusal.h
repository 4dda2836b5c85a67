// What the machinery answers when it cannot pass a request on: a status and the reason.
#pragma once

#include "base/error.h"
#include "base/io_errors.h"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace docquarry::http {

struct Refusal {
  int status;
  Error error;
};

template <class T>
using Parsed = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(int status, const ErrorCode& code, std::string message,
                                      std::source_location where = std::source_location::current()) {
  return tl::unexpected<Refusal>(Refusal{status, Error(code, std::move(message), where)});
}

inline tl::unexpected<Refusal> bad_request(std::string message, std::source_location where = std::source_location::current()) {
  return refuse(400, malformed_request, std::move(message), where);
}

}  // namespace docquarry::http
