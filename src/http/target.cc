#include "http/target.h"

#include "base/text.h"
#include "http/characters.h"

namespace docquarry::http {
namespace {

constexpr std::string_view schemes[] = {"http://", "https://"};

// Takes "http://authority" off the front of `rest`.
Parsed<std::string> take_authority(std::string_view& rest, std::string_view scheme) {
  rest.remove_prefix(scheme.size());
  auto end = rest.find_first_of("/?");
  std::string authority(rest.substr(0, end));
  rest.remove_prefix(std::min(authority.size(), rest.size()));
  if (authority.empty() || authority.find('@') != std::string::npos) return bad_request("the target has no usable host");
  return authority;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = char(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += c;
  }
  return out;
}

std::optional<Query> parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    auto end = text.find('&');
    auto piece = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (piece.empty()) continue;
    auto equals = piece.find('=');
    auto name = percent_decode(piece.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1), true);
    if (!name || !value || !is_clean(*name) || !is_clean(*value)) return std::nullopt;
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Parsed<Target> parse_target(std::string_view method, std::string_view target) {
  Target out;
  if (target == "*") {
    if (method != "OPTIONS") return bad_request("the target * is only for OPTIONS");
    out.path = out.raw_path = "*";
    return out;
  }
  for (auto scheme : schemes) {
    if (!same_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    auto authority = take_authority(target, scheme);
    if (!authority) return tl::unexpected<Refusal>(std::move(authority).error());
    out.authority = std::move(*authority);
    break;
  }
  if (out.authority && (target.empty() || target[0] == '?')) {
    out.raw_path = "/";
  } else {
    out.raw_path = target.substr(0, target.find('?'));
  }
  if (out.raw_path.empty() || out.raw_path[0] != '/') return bad_request("the target must start with / or http://");
  if (target.find('#') != std::string_view::npos) return bad_request("the target must not have a fragment");
  auto mark = target.find('?');
  if (mark != std::string_view::npos) out.raw_query = target.substr(mark + 1);

  auto path = percent_decode(out.raw_path);
  if (!path) return bad_request("the path has a % that is not followed by two hexadecimal digits");
  bool has_control =
      std::any_of(path->begin(), path->end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (has_control || !is_clean(*path)) return bad_request("the path is not clean UTF-8 text");
  auto query = parse_query(out.raw_query);
  if (!query) return bad_request("the query is not percent-encoded UTF-8 text");
  out.path = std::move(*path);
  out.query = std::move(*query);
  return out;
}

}  // namespace docquarry::http
