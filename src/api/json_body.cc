#include "api/json_body.h"

#include "base/json_writer.h"
#include "base/text.h"

#include <boost/json.hpp>

#include <algorithm>

namespace docquarry::api {
namespace {

constexpr std::size_t longest_echo = 1000;  // of what is wrong, so that an answer cannot be made large

std::string echo(const boost::json::value& value) {
  auto text = boost::json::serialize(value);
  return text.size() <= longest_echo ? text : json_text("(too long to repeat)");
}

std::string whole_body() { return R"(["body"])"; }

bool says_json(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  return type.empty() || type.find("json") != type.npos || type.find("JSON") != type.npos;
}

std::size_t characters_in(std::string_view text) {
  return std::size_t(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

struct JsonBody::Impl {
  std::optional<boost::json::object> members;

  const boost::json::value* find(std::string_view name) const {
    if (!members) return nullptr;
    auto found = members->find({name.data(), name.size()});
    return found == members->end() ? nullptr : &found->value();
  }
};

JsonBody::JsonBody(std::string_view text, std::string_view content_type, Issues& issues)
    : impl_(std::make_unique<Impl>()), issues_(issues) {
  if (text.empty()) {
    issues.add("missing", whole_body(), "Field required", "null");
    return;
  }
  constexpr auto no_object = "Input should be a valid dictionary or object to extract fields from";
  if (!says_json(content_type)) {
    issues.add("model_attributes_type", whole_body(), no_object, json_text(clean_text(text.substr(0, longest_echo))));
    return;
  }
  boost::system::error_code problem;
  auto value = boost::json::parse({text.data(), text.size()}, problem);
  auto fault = json_fault(text);
  if (problem && !fault) fault = JsonFault{0, "Expecting value"};  // what Python takes and JSON does not, and invalid UTF-8
  if (fault) {
    std::string place, context;
    JsonWriter(place).begin_array().value("body").value(std::int64_t(fault->position)).end_array();
    JsonWriter(context).begin_object().member("error", fault->reason).end_object();
    issues.add("json_invalid", std::move(place), "JSON decode error", "{}", std::move(context));
    return;
  }
  if (!value.is_object()) {
    issues.add("model_attributes_type", whole_body(), no_object, echo(value));
    return;
  }
  impl_->members = std::move(value.get_object());
}

JsonBody::~JsonBody() = default;

bool JsonBody::has(std::string_view name) const { return impl_->find(name) != nullptr; }

std::string JsonBody::text(std::string_view name, std::size_t least) {
  if (!impl_->members) return {};
  const auto* value = impl_->find(name);
  if (value == nullptr) {
    issues_.add("missing", place_of("body", name), "Field required", echo(*impl_->members));
    return {};
  }
  if (!value->is_string()) {
    issues_.add("string_type", place_of("body", name), "Input should be a valid string", echo(*value));
    return {};
  }
  std::string text(value->get_string().data(), value->get_string().size());
  if (characters_in(text) < least) {
    std::string context;
    JsonWriter(context).begin_object().member("min_length", std::int64_t(least)).end_object();
    issues_.add("string_too_short", place_of("body", name), "String should have at least " + std::to_string(least) + " characters",
                json_text(text), std::move(context));
  }
  return text;
}

std::optional<std::string> JsonBody::maybe_text(std::string_view name) {
  const auto* value = impl_->find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return text(name);
}

void JsonBody::allow_only(std::initializer_list<std::string_view> names) {
  if (!impl_->members) return;
  for (const auto& member : *impl_->members) {
    std::string_view name(member.key().data(), member.key().size());
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    issues_.add("extra_forbidden", place_of("body", name), "Extra inputs are not permitted", echo(member.value()));
  }
}

}  // namespace docquarry::api
