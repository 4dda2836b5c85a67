#include "domain/object_key.h"

#include <algorithm>
#include <string_view>

namespace docquarry {
namespace {

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > 200 || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

bool is_plain_key(const ObjectKey& key) {
  std::string_view text = key.value();
  auto slash = text.find('/');
  return slash != text.npos && is_plain_name(text.substr(0, slash)) && is_plain_name(text.substr(slash + 1));
}

}  // namespace docquarry
