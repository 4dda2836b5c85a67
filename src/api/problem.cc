#include "api/problem.h"

#include "base/json_writer.h"
#include "base/log.h"

namespace docquarry::api {
namespace {

struct ChosenStatus {
  const ErrorCode* code;
  int legacy, v1;
};

// Where the kind alone does not decide.
constexpr ChosenStatus chosen[] = {
    {&invalid_request, 400, 422},
    {&key_reused, 422, 422},
    {&invalid_document, 422, 422},
    {&password_required, 422, 422},
    {&wrong_password, 422, 422},
    {&unsupported_encryption, 422, 422},
    {&not_a_pdf, 400, 415},
    {&file_too_large, 400, 413},
    {&too_many_files, 400, 413},
    {&user_exists, 400, 409},
    {&not_finished, 400, 409},
    {&not_acceptable, 406, 406},
    {&range_not_satisfiable, 416, 416},
    {&file_not_found, 500, 500},
    {&client_too_slow, 408, 408},
    {&method_not_allowed, 405, 405},
};

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid: return 400;
    case ErrorKind::unsupported: return 415;
    case ErrorKind::not_found: return 404;
    case ErrorKind::forbidden: return 403;
    case ErrorKind::conflict: return 409;
    case ErrorKind::too_large: return 413;
    case ErrorKind::too_many: return 429;
    case ErrorKind::unavailable: return 503;
    case ErrorKind::cancelled: return 409;
    case ErrorKind::timeout:
    case ErrorKind::internal: break;
  }
  return 500;
}

// Whose messages are written for clients although their kind speaks of the inside.
bool speaks_to_clients(const ErrorCode& code) { return &code == &at_capacity || &code == &read_only; }

bool is_inside(const ErrorCode& code) {
  return code.kind == ErrorKind::internal || code.kind == ErrorKind::unavailable || &code == &file_not_found;
}

std::string retry_after(const ErrorCode& code) {
  if (&code == &at_capacity || &code == &rate_limited || &code == &read_only) return "30";
  return "5";
}

std::string body_of(const Services& services, Face face, const http::Request& request, const Error& error, int status) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (error.is(route_not_found) || error.is(method_not_allowed)) {
    json.member("detail", error.is(route_not_found) ? "Not Found" : "Method Not Allowed").end_object();
    return body;
  }
  auto message = public_message(error);
  if (face == Face::v1) {
    json.member("detail", message).member("code", error.code().name).member("request_id", request.id);
  } else {
    if (services.policy.error_bodies == ErrorBodies::superset) json.member("detail", message);
    json.member("error", message).member("status_code", status).member("timestamp", to_naive_iso(services.clock.now()));
  }
  json.end_object();
  return body;
}

}  // namespace

int status_of(const ErrorCode& code, Face face) {
  for (const auto& row : chosen)
    if (row.code == &code) return face == Face::v1 ? row.v1 : row.legacy;
  return status_of(code.kind);
}

std::string sentence(std::string_view message) {
  std::string text(message);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = char(text[0] - 'a' + 'A');
  return text;
}

std::string public_message(const Error& error) {
  bool hide = is_inside(error.code()) && !speaks_to_clients(error.code());
  return hide || error.message().empty() ? std::string(error.code().public_text) : sentence(error.message());
}

http::Response problem(const Services& services, Face face, const http::Request& request, const Error& error) {
  return problem(services, face, request, error, status_of(error.code(), face));
}

http::Response problem(const Services& services, Face face, const http::Request& request, const Error& error, int status) {
  if (is_inside(error.code()) && !speaks_to_clients(error.code()))
    log::error("request failed", error, {{"request", request.id}, {"route", request.route}});
  http::Response response(status, "application/json", body_of(services, face, request, error, status));
  if (status == 429 || status == 503) response.set("Retry-After", retry_after(error.code()));
  return response;
}

Face face_of(std::string_view path) { return path == "/v1" || path.starts_with("/v1/") ? Face::v1 : Face::legacy; }

}  // namespace docquarry::api
