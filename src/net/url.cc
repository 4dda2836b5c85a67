#include "net/url.h"

#include "base/io_errors.h"

#include <algorithm>
#include <charconv>

namespace docquarry::net {
namespace {

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_host_character(unsigned char c) { return is_unreserved(c) || c >= 0x80; }

bool is_address_in_brackets(std::string_view host) {
  return host.size() > 4 && host.front() == '[' && host.back() == ']' &&
         host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0)
    return fail(malformed_request, "the port must be a number from 1 to 65535");
  return port;
}

Result<void> parse_authority(std::string_view text, Url& url) {
  if (auto at = text.rfind('@'); at != text.npos) {
    url.user_info = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  auto colon = text.rfind(':');
  bool has_port = colon != text.npos && text.find(']', colon) == text.npos;
  url.host = text.substr(0, has_port ? colon : text.size());
  bool good_name = !url.host.empty() && std::ranges::all_of(url.host, is_host_character);
  if (!good_name && !is_address_in_brackets(url.host)) return fail(malformed_request, "the address names no host");
  url.port = url.scheme == "https" ? 443 : 80;
  if (has_port) {
    TRY(url.port, parse_port(text.substr(colon + 1)));
  }
  return {};
}

}  // namespace

std::string Url::origin() const { return scheme + "://" + host + ":" + std::to_string(port); }

Result<Url> parse_url(std::string_view text) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
    return fail(malformed_request, "an address must not hold spaces or control characters");
  Url url;
  for (std::string_view scheme : {"http", "https"})
    if (text.starts_with(std::string(scheme) + "://")) url.scheme = scheme;
  if (url.scheme.empty()) return fail(malformed_request, "an address must begin with http:// or https://");
  text.remove_prefix(url.scheme.size() + 3);
  text = text.substr(0, text.find('#'));
  auto end = std::min(text.find_first_of("/?"), text.size());
  CHECK(parse_authority(text.substr(0, end), url));
  text.remove_prefix(end);
  auto question = std::min(text.find('?'), text.size());
  url.path = text.substr(0, question);
  if (url.path.empty()) url.path = "/";
  url.query = text.substr(std::min(question + 1, text.size()));
  return url;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    if (is_unreserved(c)) out += char(c);
    else out.append({'%', digits[c >> 4], digits[c & 15]});
  }
  return out;
}

std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters)
    out += (out.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  return out;
}

}  // namespace docquarry::net
