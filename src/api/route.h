// The form in which every face lists its routes. These lists are the only ones; openapi.yaml is compared with them by a test.
#pragma once

#include "api/known_documents.h"
#include "api/problem.h"
#include "api/services.h"

#include <string_view>

namespace docquarry::api {

// What handlers are given.
struct Api {
  explicit Api(Services& all_services) : services(all_services), documents(all_services) {}
  Services& services;
  KnownDocuments documents;
};

using Handler = Async<Result<http::Response>> (*)(Api&, http::Request&);

enum class Body { none, json, upload };  // how much a request may carry

struct Route {
  std::string_view method, pattern, operation;
  Body body;
  Handler handler;
  bool allow_head = true;
};

}  // namespace docquarry::api
