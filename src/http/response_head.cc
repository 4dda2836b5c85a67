#include "http/response_head.h"

#include "http/characters.h"

#include <array>
#include <charconv>

namespace docquarry::http {
namespace {

constexpr std::array<std::string_view, 4> of_the_connection{"Content-Length", "Transfer-Encoding", "Connection", "Date"};

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (char c : value) out += is_field_char(c) ? c : ' ';
  out.append("\r\n");
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 425: return "Too Early";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "";  // RFC 9112 section 4: the phrase may be empty
  }
}

std::string to_http_date(std::chrono::sys_seconds time) {
  constexpr std::string_view days = "SunMonTueWedThuFriSat", months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(time - day);
  std::string out(days.substr(3 * std::chrono::weekday(day).c_encoding(), 3));
  auto two_digits = [&](std::int64_t number) {
    out += char('0' + number / 10);
    out += char('0' + number % 10);
  };
  out += ", ";
  two_digits(unsigned(date.day()));
  out.append(" ").append(months.substr(3 * (unsigned(date.month()) - 1), 3)).append(" ");
  append_number(out, std::uint64_t(int(date.year())));
  out += ' ';
  two_digits(clock.hours().count());
  out += ':';
  two_digits(clock.minutes().count());
  out += ':';
  two_digits(clock.seconds().count());
  out += " GMT";
  return out;
}

void append_head(std::string& out, const Response& response, const ResponseFraming& framing, std::string_view date,
                 std::string_view request_id) {
  out.append("HTTP/1.1 ");
  append_number(out, std::uint64_t(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  bool own_policy = false, own_resource_policy = false;
  for (const auto& [name, value] : response.headers) {
    bool skipped = false;
    for (auto reserved : of_the_connection) skipped = skipped || same_ignoring_case(name, reserved);
    if (skipped) continue;
    own_policy = own_policy || same_ignoring_case(name, "Content-Security-Policy");
    own_resource_policy = own_resource_policy || same_ignoring_case(name, "Cross-Origin-Resource-Policy");
    append_header(out, name, value);
  }
  if (framing.content_length) {
    out.append("Content-Length: ");
    append_number(out, *framing.content_length);
    out.append("\r\n");
  }
  if (framing.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (!framing.keep_alive) out.append("Connection: close\r\n");
  else if (framing.old_client) out.append("Connection: keep-alive\r\n");
  append_header(out, "Date", date);
  append_header(out, "X-Request-Id", request_id);
  out.append("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
  if (!own_resource_policy) out.append("Cross-Origin-Resource-Policy: same-origin\r\n");
  if (!own_policy) out.append("Content-Security-Policy: default-src 'none'; sandbox\r\n");
  out.append("\r\n");
}

}  // namespace docquarry::http
