#include "app/store_url.h"

namespace docquarry {

std::string_view store_kind(std::string_view url) {
  auto scheme = url.substr(0, url.find(':'));
  return scheme == "rediss" ? "redis" : scheme;
}

std::string_view store_place(std::string_view url) {
  auto colon = url.find(':');
  return colon == url.npos ? std::string_view() : url.substr(colon + 1);
}

}  // namespace docquarry
