#include "http/response.h"

#include "http/characters.h"

namespace docquarry::http {

Response::Response(int answer_status, std::string content_type, std::string content)
    : status(answer_status), body(std::move(content)) {
  headers.emplace_back("Content-Type", std::move(content_type));
}

Response& Response::set(std::string_view name, std::string value) {
  for (auto& header : headers) {
    if (same_ignoring_case(header.first, name)) {
      header.second = std::move(value);
      return *this;
    }
  }
  headers.emplace_back(name, std::move(value));
  return *this;
}

std::string_view Response::header(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (same_ignoring_case(header, name)) return value;
  }
  return {};
}

}  // namespace docquarry::http
