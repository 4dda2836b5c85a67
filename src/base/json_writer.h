// Writes compact JSON straight into a string, in the order of the calls: no tree is built, however large the result.
// Numbers use std::to_chars: doubles always show a decimal ("45.0"), as the original service's did.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);  // must be UTF-8; escapes what JSON requires, nothing else
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(std::int64_t(number)); }
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(double number);                // shortest form that reads back the same; NaN and infinity become null
  JsonWriter& rounded(double number, int digits);  // at most `digits` after the point, no trailing zeros, no forced decimal
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // already JSON; trusted

  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

 private:
  void separate();

  std::string& out_;
  bool need_comma_ = false;
};

// Appends `text` as a JSON string with quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace docquarry
