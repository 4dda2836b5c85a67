#include "http/head.h"

#include "http/characters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace docquarry::http {
namespace {

constexpr std::array<std::string_view, 7> known_methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::size_t longest_method = 16;  // of those that anybody uses

using Line = std::string_view;

Line take_line(std::string_view& bytes) {
  auto end = bytes.find("\r\n");
  auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  return line;
}

Parsed<void> parse_request_line(Line line, HeadLimits limits, RequestHead& head) {
  auto method_end = line.find(' ');
  auto target_end = line.rfind(' ');
  if (method_end == Line::npos || target_end == method_end) return bad_request("the request line is not METHOD TARGET VERSION");
  head.method = line.substr(0, method_end);
  head.target = line.substr(method_end + 1, target_end - method_end - 1);
  auto version = line.substr(target_end + 1);

  if (!is_token(head.method)) return bad_request("the method is not a token");
  if (head.target.size() > limits.target_bytes) return refuse(414, head_too_large, "the request target is too long");
  bool visible = std::all_of(head.target.begin(), head.target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (head.target.empty() || !visible) return bad_request("the target has a space or a byte that must be percent-encoded");
  bool is_version =
      version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!is_version) return bad_request("the request line does not end in an HTTP version");
  if (version[5] != '1') return refuse(505, malformed_request, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  head.minor_version = version[7] == '0' ? 0 : 1;
  if (std::find(known_methods.begin(), known_methods.end(), head.method) == known_methods.end()) {
    return refuse(501, method_not_allowed, "the method is not known here");
  }
  return {};
}

Parsed<void> parse_field(Line line, RequestHead& head) {
  if (line[0] == ' ' || line[0] == '\t') return bad_request("a header is folded over two lines");
  auto colon = line.find(':');
  if (colon == Line::npos) return bad_request("a header has no colon");
  auto name = line.substr(0, colon);
  auto value = trimmed(line.substr(colon + 1));
  if (!is_token(name)) return bad_request("a header name is not a token");
  if (!std::all_of(value.begin(), value.end(), is_field_char)) return bad_request("a header value has a control character");
  head.headers.emplace_back(lower_case(name), value);
  return {};
}

// RFC 9112 section 3.2: exactly one, and only characters of host and port (RFC 3986 section 3.2).
bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-._~:[]!$&'()*+;=%").find(c) != std::string_view::npos;
  });
}

// Digits only: no sign, no list, no hexadecimal (RFC 9112 section 6.3).
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
  bool digits = !text.empty() && is_digit(text[0]);
  bool whole = problem == std::errc() && end == text.data() + text.size();
  return digits && whole && length <= INT64_MAX ? std::optional(length) : std::nullopt;
}

bool has_option(std::string_view list, std::string_view option) {
  while (!list.empty()) {
    if (same_ignoring_case(take_until(list, ','), option)) return true;
  }
  return false;
}

// What the fields say about framing and connection, together (RFC 9112 sections 6 and 9).
Parsed<void> settle(RequestHead& head) {
  int hosts = 0, lengths = 0, codings = 0;
  bool closes = false, keeps = head.minor_version == 1;
  for (const auto& [name, value] : head.headers) {
    if (name == "host") {
      if (++hosts > 1) return bad_request("there are two Host headers");
      if (!is_host(value)) return bad_request("the Host header is not a host");
    } else if (name == "content-length") {
      auto length = parse_length(value);
      if (++lengths > 1) return bad_request("there are two Content-Length headers");
      if (!length) return bad_request("the Content-Length is not a number");
      head.content_length = *length;
      head.framing = Framing::length;
    } else if (name == "transfer-encoding") {
      if (++codings > 1) return bad_request("there are two Transfer-Encoding headers");
      if (!same_ignoring_case(value, "chunked")) {
        bool chunked_last = lower_case(value).ends_with("chunked") && value.find(',') != std::string::npos;
        return refuse(chunked_last ? 501 : 400, malformed_request, "the only Transfer-Encoding known here is chunked");
      }
      head.framing = Framing::chunked;
    } else if (name == "connection") {
      closes = closes || has_option(value, "close");
      keeps = keeps || has_option(value, "keep-alive");
    } else if (name == "expect" && head.minor_version == 1) {
      if (!same_ignoring_case(value, "100-continue")) {
        return refuse(417, malformed_request, "the only expectation known here is 100-continue");
      }
      head.expects_continue = true;
    }
  }
  if (hosts == 0 && head.minor_version == 1) return bad_request("the Host header is missing");
  if (lengths > 0 && codings > 0) return bad_request("there are both Content-Length and Transfer-Encoding");
  if (codings > 0 && head.minor_version == 0) return bad_request("HTTP/1.0 has no Transfer-Encoding");
  if (head.framing == Framing::length && head.content_length == 0) head.framing = Framing::none;
  if (head.framing == Framing::none) head.expects_continue = false;
  head.keep_alive = keeps && !closes;
  return {};
}

// The reason why a head that has reached the limit, or looks wrong already, will not be read to its end.
Parsed<void> check_start(std::string_view bytes, HeadLimits limits) {
  auto method_end = bytes.substr(0, longest_method + 1).find(' ');
  auto method = bytes.substr(0, std::min({method_end, bytes.size(), longest_method + 1}));
  // In front of the first CRLF only; a short line without spaces is for parse_request_line to refuse.
  auto text = method.substr(0, method.find('\r'));
  if (!text.empty() && !is_token(text)) return bad_request("this is not HTTP");
  if (text.size() > longest_method) return refuse(501, method_not_allowed, "the method is not known here");
  if (method_end == std::string_view::npos) return {};
  auto target = bytes.substr(method_end + 1);
  auto target_bytes = std::min(target.find_first_of(" \r\n"), target.size());
  if (target_bytes > limits.target_bytes) return refuse(414, head_too_large, "the request target is too long");
  return {};
}

}  // namespace

Parsed<std::size_t> HeadScanner::scan(std::string_view bytes) {
  if (line_start_ == 0) {
    auto plausible = check_start(bytes, limits_);
    if (!plausible) return tl::unexpected<Refusal>(std::move(plausible).error());
  }
  while (seen_ < bytes.size()) {
    auto feed = bytes.find('\n', seen_);
    if (feed == std::string_view::npos) {
      seen_ = bytes.size();
      break;
    }
    if (feed == 0 || bytes[feed - 1] != '\r') return bad_request("a line of the head ends in a bare LF");
    seen_ = feed + 1;
    bool empty_line = feed - 1 == line_start_;
    line_start_ = seen_;
    if (seen_ > limits_.head_bytes) break;
    if (empty_line) return seen_;
  }
  if (seen_ >= limits_.head_bytes) return refuse(431, head_too_large, "the headers are too large");
  return std::size_t(0);
}

Parsed<RequestHead> parse_head(std::string_view bytes, HeadLimits limits) {
  RequestHead head;
  auto good = parse_request_line(take_line(bytes), limits, head);
  while (good && !bytes.starts_with("\r\n")) {
    if (int(head.headers.size()) == limits.headers) return refuse(431, head_too_large, "there are too many headers");
    good = parse_field(take_line(bytes), head);
  }
  if (good) good = settle(head);
  if (!good) return tl::unexpected<Refusal>(std::move(good).error());
  return head;
}

}  // namespace docquarry::http
