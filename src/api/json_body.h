// A JSON object that came as a request body, checked as FastAPI checks a model: what is wrong becomes issues.
#pragma once

#include "api/validation.h"

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry::api {

class JsonBody {
 public:
  // After an issue the object has no members, and asking for them raises no further issues.
  JsonBody(std::string_view text, std::string_view content_type, Issues& issues);
  ~JsonBody();

  // A member that must be there, a string of at least `least` characters. Empty when there was an issue.
  std::string text(std::string_view name, std::size_t least = 0);
  // Absent or null: empty.
  std::optional<std::string> maybe_text(std::string_view name);
  bool has(std::string_view name) const;
  void allow_only(std::initializer_list<std::string_view> names);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  Issues& issues_;
};

// Where and why `text` is no JSON, in the words of Python's decoder; the position counts characters. Empty: it is JSON.
struct JsonFault {
  std::size_t position = 0;
  std::string reason;
};
std::optional<JsonFault> json_fault(std::string_view text);

}  // namespace docquarry::api
