#include "api/admission.h"

#include "api/test_kit.h"

#include <gtest/gtest.h>

namespace docquarry::api {
namespace {

using namespace testing;
using Headers = std::vector<std::pair<std::string, std::string>>;

const std::string pdf = "%PDF-1.7\nsome content";

TEST(UploadAdmission, refuses_who_asks_too_often_and_says_when_to_come_back) {
  for (std::string target : {"/upload", "/v1/documents"}) {
    Faces faces;
    faces.store.verdict = {false, 10, 0, 41s, 17s};

    auto answer = faces.post_form(target, {{"files", "a.pdf", pdf}});

    EXPECT_EQ(answer.status, 429);
    EXPECT_NE(answer.body.find(R"({"detail":"Rate limit exceeded. Max 10 requests per 60 seconds.",)"), std::string::npos)
        << answer.body;
    EXPECT_EQ(answer.header("Retry-After"), "17");
    EXPECT_EQ(answer.header("RateLimit"), "\"upload\";r=0;t=41");
    EXPECT_EQ(answer.header("X-RateLimit-Reset"), "41");
    EXPECT_TRUE(faces.store.objects.empty());
  }
}

TEST(UploadAdmission, can_be_without_a_rate) {
  Faces faces;
  faces.services.policy.upload_rate.requests = 0;
  faces.store.verdict.admitted = false;

  EXPECT_EQ(faces.post_form("/upload", {{"files", "a.pdf", pdf}}).status, 202);
}

TEST(UploadAdmission, refuses_when_too_much_waits) {
  Faces faces;
  faces.store.waiting = 1000;
  EXPECT_EQ(faces.post_form("/upload", {{"files", "a.pdf", pdf}}).status, 202) << "at the limit";
  faces.store.waiting = 1001;

  auto answer = faces.post_form("/upload", {{"files", "a.pdf", pdf}});

  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find(R"("error":"System is at capacity. Please try again in a few minutes.")"), std::string::npos);
  EXPECT_EQ(answer.header("Retry-After"), "30");
}

TEST(UploadAdmission, serves_who_got_through_while_the_service_stops) {
  Faces faces;
  faces.draining = true;

  EXPECT_EQ(faces.ask({"POST", "/v1/documents", {{"content-type", "application/pdf"}}, pdf}).status, 202);
  EXPECT_EQ(faces.get("/readyz").status, 503);
}

TEST(Readiness, names_each_store_and_does_without_the_conveniences) {
  Faces faces;
  faces.services.live_state_answers = [] { return false; };

  auto answer = faces.get("/readyz");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"status":"ready","checks":{"database":"ok","storage":"ok","queue":"ok","live_state":"does not answer; the service goes on without it"}})");
  faces.store.down = true;
  EXPECT_EQ(faces.get("/readyz").status, 503);
}

TEST(Guard, lets_everybody_in_when_no_hosts_are_listed) {
  Faces faces;

  EXPECT_EQ(faces.ask({"GET", "/tasks", {{"host", "evil.example"}, {"origin", "https://evil.example"}}, {}}).status, 200);
}

TEST(Guard, knows_the_names_of_this_machine_and_the_listed_ones) {
  Faces faces;
  faces.services.policy.allowed_hosts = {"docs.example.org"};
  auto status = [&](Headers headers) { return faces.ask({"GET", "/tasks", std::move(headers), {}}).status; };

  for (std::string host :
       {"localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000", "x.localhost", "docs.example.org:443"})
    EXPECT_EQ(status({{"host", host}}), 200) << host;
  for (std::string host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]", ""})
    EXPECT_EQ(status({{"host", host}}), 403) << host;
}

TEST(Guard, refuses_what_a_foreign_page_does) {
  Faces faces;
  faces.services.policy.allowed_hosts = {"localhost"};
  auto status = [&](Headers headers) {
    headers.emplace_back("host", "localhost:8000");
    return faces.ask({"GET", "/tasks", std::move(headers), {}}).status;
  };

  EXPECT_EQ(status({{"origin", "http://localhost:8000"}}), 200);
  EXPECT_EQ(status({{"sec-fetch-site", "same-origin"}}), 200);
  EXPECT_EQ(status({{"sec-fetch-site", "none"}}), 200) << "typed in";
  EXPECT_EQ(status({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}}), 200) << "a link was followed";
  EXPECT_EQ(status({{"origin", "http://localhost:9000"}}), 403) << "another program of this machine";
  EXPECT_EQ(status({{"origin", "null"}}), 403);
  EXPECT_EQ(status({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "no-cors"}}), 403);
  EXPECT_EQ(status({{"sec-fetch-site", "same-site"}}), 403);
}

}  // namespace
}  // namespace docquarry::api
