// The OpenAPI document and the program must say the same.
#include "api/docs_pages.h"
#include "api/test_kit.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <regex>
#include <set>

namespace docquarry::api {
namespace {

using namespace testing;

boost::json::object document() {
  auto text = openapi_document();
  return boost::json::parse({text.data(), text.size()}).as_object();
}

std::string text_of(const boost::json::value& value) { return std::string(value.as_string()); }

// "GET /v1/documents/{} get_v1_document"
std::set<std::string> documented_routes() {
  std::set<std::string> routes;
  auto whole = document();
  for (const auto& path : whole.at("paths").as_object()) {
    auto pattern = std::regex_replace(std::string(path.key()), std::regex("\\{[^}]*\\}"), "{}");
    for (const auto& method : path.value().as_object()) {
      if (method.key() == "parameters") continue;
      std::string name(method.key());
      for (char& c : name) c = char(std::toupper(c));
      routes.insert(name + " " + pattern + " " + text_of(method.value().as_object().at("operationId")));
    }
  }
  return routes;
}

TEST(OpenApi, describes_every_route_and_no_other) {
  Faces faces;
  std::set<std::string> served;
  for (const auto& route : faces.table()) served.insert(route.method + " " + route.pattern + " " + route.operation);

  EXPECT_EQ(documented_routes(), served);
}

TEST(OpenApi, names_every_error_code_and_no_other) {
  std::set<std::string> documented, known;
  auto whole = document();
  for (const auto& code : whole.at("components").at("schemas").at("ErrorCode").at("enum").as_array())
    documented.insert(text_of(code));
  for (const ErrorCode* code : error_codes) known.insert(std::string(code->name));

  EXPECT_EQ(documented, known);
}

TEST(OpenApi, has_a_definition_for_every_reference) {
  auto whole = document();
  std::string text(openapi_document());
  std::regex reference("\"\\$ref\":\"#/components/([a-z]+)/([A-Za-z_]+)\"");
  int found = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at, ++found) {
    const auto& kinds = whole.at("components").at((*at)[1].str()).as_object();
    EXPECT_TRUE(kinds.contains((*at)[2].str())) << (*at)[0];
  }
  EXPECT_GT(found, 50);
}

TEST(OpenApi, keeps_the_originals_title_and_tags) {
  auto whole = document();
  EXPECT_EQ(text_of(whole.at("info").at("title")), "Document Processing System");
  std::set<std::string> tags;
  for (const auto& tag : whole.at("tags").as_array()) tags.insert(text_of(tag.at("name")));
  for (std::string tag : {"Root", "Health", "Upload", "Status", "Results", "Tasks", "Users", "Documents", "v1"})
    EXPECT_TRUE(tags.contains(tag)) << tag;
}

TEST(DocsPages, load_nothing_from_elsewhere) {
  Faces faces;
  for (std::string path : {"/docs", "/redoc", "/docs/docs.js", "/docs/docs.css", "/docs/oauth2-redirect"}) {
    auto answer = faces.get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_FALSE(answer.body.empty()) << path;
    EXPECT_EQ(answer.body.find("http://"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("https://"), std::string::npos) << path;
    EXPECT_NE(answer.header("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  }
  EXPECT_EQ(faces.get("/openapi.json").header("Content-Type"), "application/json");
}

TEST(Operations, say_how_the_service_is) {
  Faces faces;

  EXPECT_EQ(faces.get("/livez").body, R"({"status":"alive"})");
  EXPECT_EQ(faces.get("/readyz").body,
            R"({"status":"ready","checks":{"database":"ok","storage":"ok","queue":"ok","live_state":"ok"}})");
  EXPECT_EQ(faces.get("/version").body, R"({"name":"docquarry","version":"0.1.0","sandbox":"landlock=7"})");
  EXPECT_NE(faces.get("/metrics").body.find("docquarry_"), std::string::npos);
  faces.store.down = true;
  auto away = faces.get("/readyz");
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(
      away.body,
      R"({"status":"not ready","checks":{"database":"The database does not answer right now.","storage":"ok","queue":"ok","live_state":"ok"}})");
}

TEST(Operations, name_a_convenience_that_is_away_and_are_ready_all_the_same) {
  Faces faces;
  faces.store.queue_is_away = true;
  faces.services.live_state_answers = [] { return false; };

  auto answer = faces.get("/readyz");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"status":"ready","checks":{"database":"ok","storage":"ok","queue":"does not answer; the service goes on without it",)"
      R"("live_state":"does not answer; the service goes on without it"}})");
}

TEST(Answers, carry_the_headers_that_keep_browsers_from_running_them) {
  Faces faces;
  for (std::string path : {"/", "/nowhere", "/v1/documents"}) {
    auto answer = faces.get(path);
    EXPECT_EQ(answer.header("Content-Security-Policy"), "default-src 'none'; sandbox") << path;
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin") << path;
  }
}

}  // namespace
}  // namespace docquarry::api
