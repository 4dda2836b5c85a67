// Finds the handler for a method and a path. The table of routes is the only list of routes there is.
#pragma once

#include "http/request.h"
#include "http/response.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry::http {

using Handler = std::function<Async<Response>(Request&)>;

struct Route {
  std::string method;                  // "GET" also answers HEAD if `allow_head`
  std::string pattern;                 // "/v1/documents/{}/pages/{}": {} matches one non-empty segment
  std::string operation;               // operationId in openapi.yaml
  std::uint64_t body_limit_bytes = 0;  // 0: no body is accepted
  Handler handler;
  bool allow_head = true;
};

struct RouteMatch {
  const Route* route = nullptr;  // null: nothing matched
  std::vector<std::string> captures;
  std::vector<std::string> allowed;  // methods of the routes that match the path, when only the method was wrong
  bool add_slash_redirect = false;   // the path matches when its trailing slash is removed or added (the original answered 307)
};

class Router {
 public:
  void add(Route route);
  // Where several patterns match, the one with the fewest {} wins, so the order of the table does not matter. `path` is decoded.
  RouteMatch find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace docquarry::http
