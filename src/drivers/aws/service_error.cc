#include "drivers/aws/service_error.h"

#include "drivers/aws/xml.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace docquarry::aws {
namespace {

namespace json = boost::json;

// Goes into our logs and messages: bounded, and one line.
std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 300))
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  return out;
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

ServiceError of_json(std::string_view body) {
  boost::system::error_code error;
  auto parsed = json::parse(body, error);
  if (error || !parsed.is_object()) return {};
  const auto& object = parsed.get_object();
  auto type = text_of(object, "__type");  // "namespace#Name"
  auto message = text_of(object, "message");
  if (message.empty()) message = text_of(object, "Message");
  return {one_line(type.substr(type.find('#') + 1)), one_line(message)};
}

ServiceError of_xml(std::string_view body) {
  auto parsed = parse_xml(body);
  if (!parsed) return {};
  const auto& error = parsed->name == "ErrorResponse" ? parsed->child("Error") : *parsed;
  if (error.name != "Error") return {};
  return {one_line(error.child("Code").text), one_line(error.child("Message").text)};
}

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::array<std::string_view, Size>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

ServiceError service_error_of(std::string_view body) { return body.starts_with('{') ? of_json(body) : of_xml(body); }

bool is_throttling(int status, std::string_view error_code) {
  static constexpr std::array<std::string_view, 8> codes{"SlowDown",
                                                         "Throttling",
                                                         "ThrottlingException",
                                                         "ThrottledException",
                                                         "RequestThrottled",
                                                         "RequestThrottledException",
                                                         "RequestLimitExceeded",
                                                         "TooManyRequestsException"};
  return status == 429 || status == 503 || is_one_of(error_code, codes);
}

bool is_transient(int status, std::string_view error_code) {
  static constexpr std::array<std::string_view, 2> codes{"RequestTimeout", "RequestTimeoutException"};
  return status == 500 || status == 502 || status == 504 || is_one_of(error_code, codes);
}

bool is_about_expired_credentials(std::string_view error_code) {
  static constexpr std::array<std::string_view, 3> codes{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"};
  return is_one_of(error_code, codes);
}

// Some services have no code of their own for it; an answer to HEAD has none at all.
bool is_about_the_clock(int status, std::string_view error_code) {
  static constexpr std::array<std::string_view, 7> codes{
      "RequestTimeTooSkewed",  "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
      "SignatureDoesNotMatch", "AuthFailure",    "AccessDenied"};
  return (status == 403 && error_code.empty()) || is_one_of(error_code, codes);
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  std::tm parts{};
  std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return Timestamp(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace docquarry::aws
