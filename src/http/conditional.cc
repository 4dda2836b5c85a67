#include "http/conditional.h"

#include "http/characters.h"

namespace docquarry::http {
namespace {

std::string_view without_weak(std::string_view etag) { return etag.starts_with("W/") ? etag.substr(2) : etag; }

}  // namespace

std::string strong_etag(std::string_view opaque) { return "\"" + std::string(opaque) + "\""; }

bool names_etag(std::string_view list, std::string_view etag) {
  list = trimmed(list);
  if (list == "*") return true;
  while (!list.empty()) {
    // A comma may stand inside a tag, so the closing quote is what ends it.
    auto open = list.find('"');
    auto close = open == std::string_view::npos ? open : list.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    if (list.substr(open, close - open + 1) == without_weak(etag)) return true;
    list.remove_prefix(close + 1);
  }
  return false;
}

bool is_unchanged(const Request& request, std::string_view etag) {
  auto list = request.header("if-none-match");
  return request.method == "GET" && !list.empty() && names_etag(list, etag);
}

Response not_modified(std::string_view etag, std::string_view cache_control) {
  Response response;
  response.status = 304;
  response.set("ETag", std::string(etag));
  if (!cache_control.empty()) response.set("Cache-Control", std::string(cache_control));
  return response;
}

}  // namespace docquarry::http
