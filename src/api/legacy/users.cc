#include "api/json_body.h"
#include "api/legacy/handlers.h"
#include "api/legacy/shapes.h"
#include "api/validation.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace docquarry::api::legacy {
namespace {

constexpr std::uint64_t longest_body = 256 * 1024;
constexpr std::size_t shortest_api_key = 32;
constexpr std::size_t longest_api_key = 255;  // users.api_key is varchar(255)

void check_email(const std::string& email, Issues& issues) {
  auto reason = why_not_an_email(email);
  if (reason.empty()) return;
  std::string context;
  JsonWriter(context).begin_object().member("reason", reason).end_object();
  issues.add("value_error", place_of("body", "email"), "value is not a valid email address: " + reason, json_text(email),
             std::move(context));
}

void check_key(const std::string& key, Issues& issues) {
  if (key.size() > longest_api_key) {
    issues.add("string_too_long", place_of("body", "api_key"), "String should have at most 255 characters",
               json_text(key.substr(0, 8)), "{\"max_length\":255}");
  }
}

}  // namespace

Async<Result<Response>> post_user(Api& api, Request& request) {
  auto text = co_await http::read_body(request, longest_body);
  if (!text) co_return fail(std::move(text).error());
  if (!is_clean(*text)) co_return fail(malformed_request, "There was an error parsing the body");
  Issues issues;
  JsonBody body(*text, request.header("content-type"), issues);
  auto email = body.text("email");
  if (!issues.any()) check_email(email, issues);
  auto api_key = body.text("api_key", shortest_api_key);
  check_key(api_key, issues);
  if (issues.any()) co_return issues.response();
  auto user = co_await api.services.users.add(normalised_email(email), std::move(api_key), api.services.clock.now());
  if (!user && user.error().is(user_exists)) co_return fail(user_exists, "User with this email already exists");
  if (!user) co_return fail(std::move(user).error());
  co_return json_response(201, user_body(*user));
}

Async<Result<Response>> get_user(Api& api, Request& request) {
  Issues issues;
  auto id = path_integer(request.captures[0], "user_id", {}, issues);
  if (issues.any()) co_return issues.response();
  auto user = co_await api.services.users.find(UserId(*id));
  if (!user && user.error().is(user_not_found)) co_return fail(user_not_found, "User not found");
  if (!user) co_return fail(std::move(user).error());
  co_return json_response(200, user_body(*user));
}

}  // namespace docquarry::api::legacy
