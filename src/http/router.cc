#include "http/router.h"

#include <algorithm>

namespace docquarry::http {
namespace {

// Fills `captures` when `path` has the form of `pattern`; both start with '/'.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& captures) {
  captures.clear();
  while (true) {
    auto hole = pattern.find("{}");
    auto literal = pattern.substr(0, hole);
    if (!path.starts_with(literal)) return false;
    path.remove_prefix(literal.size());
    if (hole == std::string_view::npos) return path.empty();
    pattern.remove_prefix(hole + 2);
    auto segment = path.substr(0, path.find('/'));
    if (segment.empty()) return false;
    captures.emplace_back(segment);
    path.remove_prefix(segment.size());
  }
}

bool answers(const Route& route, std::string_view method) {
  return route.method == method || (method == "HEAD" && route.method == "GET" && route.allow_head);
}

}  // namespace

void Router::add(Route route) { routes_.push_back(std::move(route)); }

RouteMatch Router::find(std::string_view method, std::string_view path) const {
  RouteMatch found;
  std::vector<std::string> captures;
  for (const auto& route : routes_) {
    if (!matches(route.pattern, path, captures)) continue;
    if (answers(route, method)) {
      if (found.route != nullptr && found.captures.size() <= captures.size()) continue;
      found.route = &route;
      found.captures = captures;
      continue;
    }
    found.allowed.push_back(route.method);
    if (route.method == "GET" && route.allow_head) found.allowed.push_back("HEAD");
  }
  if (found.route != nullptr) found.allowed.clear();
  if (found.route != nullptr || !found.allowed.empty()) return found;
  std::string other(path);
  if (other.ends_with('/')) other.pop_back();
  else other += '/';
  found.add_slash_redirect = std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
    return !other.empty() && matches(route.pattern, other, captures);
  });
  return found;
}

}  // namespace docquarry::http
