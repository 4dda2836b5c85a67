#include "http/parameters.h"

#include "http/characters.h"

namespace docquarry::http {
namespace {

// Takes a quoted string, which `text` starts with, off its front.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    bool escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escape) ++i;
    out += text[i];
  }
  return std::nullopt;
}

}  // namespace

const std::string* WithParameters::parameter(std::string_view lower_case_name) const {
  for (const auto& [name, value] : parameters) {
    if (name == lower_case_name) return &value;
  }
  return nullptr;
}

std::optional<WithParameters> parse_with_parameters(std::string_view text) {
  WithParameters out;
  out.value = lower_case(take_until(text, ';'));
  while (!text.empty()) {
    text = trimmed(text);
    if (text.empty() || text[0] == ';') {  // empty parameters are allowed
      text.remove_prefix(std::min<std::size_t>(1, text.size()));
      continue;
    }
    auto equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    auto name = lower_case(trimmed(text.substr(0, equals)));
    if (!is_token(name) || out.parameter(name) != nullptr) return std::nullopt;
    text.remove_prefix(equals + 1);
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
    if (text.starts_with('"')) {
      auto value = take_quoted(text);
      if (!value) return std::nullopt;
      out.parameters.emplace_back(std::move(name), std::move(*value));
      if (!take_until(text, ';').empty()) return std::nullopt;
    } else {
      out.parameters.emplace_back(std::move(name), take_until(text, ';'));
    }
  }
  return out;
}

}  // namespace docquarry::http
