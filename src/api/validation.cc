#include "api/validation.h"

#include "base/json_writer.h"
#include "base/text.h"

#include <algorithm>

namespace docquarry::api {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

std::string number_context(std::string_view name, std::int64_t number) {
  std::string out;
  JsonWriter(out).begin_object().member(name, number).end_object();
  return out;
}

void check_bounds(std::int64_t value, Bounds bounds, const std::string& place, std::string_view input, Issues& issues) {
  if (value < bounds.least) {
    issues.add("greater_than_equal", place, "Input should be greater than or equal to " + std::to_string(bounds.least),
               json_text(input), number_context("ge", bounds.least));
  } else if (value > bounds.most) {
    issues.add("less_than_equal", place, "Input should be less than or equal to " + std::to_string(bounds.most), json_text(input),
               number_context("le", bounds.most));
  }
}

std::optional<std::int64_t> checked_integer(std::string_view text, Bounds bounds, const std::string& place, Issues& issues) {
  auto value = lenient_integer(text);
  if (!value) {
    issues.add("int_parsing", place, "Input should be a valid integer, unable to parse string as an integer", json_text(text));
    return std::nullopt;
  }
  check_bounds(*value, bounds, place, text, issues);
  bool inside = *value >= bounds.least && *value <= bounds.most;
  return inside ? value : std::nullopt;
}

}  // namespace

void Issues::add(std::string_view type, std::string place, std::string_view message, std::string input, std::string context) {
  items_.push_back({std::string(type), std::move(place), std::string(message), std::move(input), std::move(context)});
}

http::Response Issues::response() const {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("detail").begin_array();
  for (const auto& item : items_) {
    json.begin_object()
        .member("type", item.type)
        .key("loc")
        .raw(item.place)
        .member("msg", item.message)
        .key("input")
        .raw(item.input);
    if (!item.context.empty()) json.key("ctx").raw(item.context);
    json.end_object();
  }
  json.end_array().end_object();
  return {422, "application/json", std::move(body)};
}

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string place_of(std::string_view where, std::string_view name) {
  std::string out;
  JsonWriter(out).begin_array().value(where).value(name).end_array();
  return out;
}

std::string place_of(std::string_view where, std::string_view name, int index) {
  std::string out;
  JsonWriter(out).begin_array().value(where).value(name).value(index).end_array();
  return out;
}

std::optional<std::int64_t> lenient_integer(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (auto dot = text.find('.'); dot != text.npos) {
    auto fraction = text.substr(dot + 1);
    if (dot == 0 || fraction.empty() || fraction.find_first_not_of('0') != fraction.npos) return std::nullopt;
    text = text.substr(0, dot);
  }
  if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return std::nullopt;
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  std::int64_t value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_' && text[i - 1] != '_') continue;
    if (!is_digit(text[i])) return std::nullopt;
    int digit = text[i] - '0';
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return negative ? -value : value;
}

std::optional<std::int64_t> path_integer(std::string_view text, std::string_view name, Bounds bounds, Issues& issues) {
  return checked_integer(text, bounds, place_of("path", name), issues);
}

const std::string* Parameters::raw(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : pairs_)
    if (key == name) found = &value;
  return found;
}

std::optional<std::int64_t> Parameters::maybe_integer(std::string_view name, Bounds bounds) const {
  const auto* text = raw(name);
  if (text == nullptr) return std::nullopt;
  return checked_integer(*text, bounds, place_of(where_, name), issues_);
}

std::int64_t Parameters::integer(std::string_view name, std::int64_t otherwise, Bounds bounds) const {
  return maybe_integer(name, bounds).value_or(otherwise);
}

bool Parameters::truth(std::string_view name, bool otherwise) const {
  const auto* text = raw(name);
  if (text == nullptr) return otherwise;
  auto word = lower(*text);
  for (std::string_view yes : {"1", "true", "t", "yes", "y", "on"})
    if (word == yes) return true;
  for (std::string_view no : {"0", "false", "f", "no", "n", "off"})
    if (word == no) return false;
  issues_.add("bool_parsing", place_of(where_, name), "Input should be a valid boolean, unable to interpret input",
              json_text(*text));
  return otherwise;
}

std::optional<std::string> Parameters::text(std::string_view name, std::size_t most_bytes) const {
  const auto* text = raw(name);
  if (text == nullptr) return std::nullopt;
  if (text->size() <= most_bytes) return *text;
  issues_.add("string_too_long", place_of(where_, name), "String should have at most " + std::to_string(most_bytes) + " characters",
              json_text(clean_text(std::string_view(*text).substr(0, 40))), number_context("max_length", std::int64_t(most_bytes)));
  return std::nullopt;
}

std::optional<Timestamp> Parameters::time(std::string_view name) const {
  const auto* text = raw(name);
  if (text == nullptr) return std::nullopt;
  auto time = parse_time(*text);
  if (!time) {
    issues_.add("datetime_from_date_parsing", place_of(where_, name),
                "Input should be a valid datetime or date, such as 2026-01-31 or 2026-01-31T12:00:00Z", json_text(*text));
  }
  return time;
}

std::optional<std::string> Parameters::word(std::string_view name, std::initializer_list<std::string_view> words) const {
  const auto* text = raw(name);
  if (text == nullptr) return std::nullopt;
  if (std::find(words.begin(), words.end(), *text) != words.end()) return *text;
  std::string expected;  // as pydantic lists a Literal: 'a', 'b' or 'c'
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word != words.begin()) expected += word + 1 == words.end() ? " or " : ", ";
    expected.append("'").append(*word).append("'");
  }
  std::string context;
  JsonWriter(context).begin_object().member("expected", expected).end_object();
  issues_.add("literal_error", place_of(where_, name), "Input should be " + expected, json_text(*text), std::move(context));
  return std::nullopt;
}

void Parameters::allow_only(std::initializer_list<std::string_view> names) const {
  for (const auto& [key, value] : pairs_) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    issues_.add("extra_forbidden", place_of(where_, key), "Extra inputs are not permitted",
                json_text(clean_text(value.substr(0, 100))));
  }
}

}  // namespace docquarry::api
