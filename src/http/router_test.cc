#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::http {
namespace {

using testing::ElementsAre;

Router make_router() {
  Router router;
  auto add = [&](std::string method, std::string pattern, bool allow_head = true) {
    Route route{std::move(method), std::move(pattern), "", 0, nullptr, allow_head};
    router.add(std::move(route));
  };
  add("GET", "/documents/{}");
  add("DELETE", "/documents/{}");
  add("GET", "/documents/search");
  add("GET", "/documents");
  add("POST", "/documents");
  add("GET", "/documents/{}/pages/{}.png");
  add("GET", "/status/{}", false);
  add("GET", "/folder/");
  return router;
}

TEST(Router, captures_segments) {
  auto router = make_router();

  EXPECT_THAT(router.find("GET", "/documents/7").captures, ElementsAre("7"));
  EXPECT_EQ(router.find("GET", "/documents/7").route->pattern, "/documents/{}");
  EXPECT_EQ(router.find("GET", "/documents/").route, nullptr);
  EXPECT_EQ(router.find("GET", "/documents/7/8").route, nullptr);
}

TEST(Router, prefers_the_pattern_with_fewer_holes_whatever_the_order) {
  auto router = make_router();

  EXPECT_EQ(router.find("GET", "/documents/search").route->pattern, "/documents/search");
  EXPECT_EQ(router.find("DELETE", "/documents/search").route->pattern, "/documents/{}");
}

TEST(Router, answers_head_where_it_is_allowed) {
  auto router = make_router();

  EXPECT_NE(router.find("HEAD", "/documents").route, nullptr);
  EXPECT_EQ(router.find("HEAD", "/status/1").route, nullptr);
  EXPECT_THAT(router.find("HEAD", "/status/1").allowed, ElementsAre("GET"));
}

TEST(Router, lists_the_methods_of_a_path) {
  auto router = make_router();
  auto wrong = router.find("PUT", "/documents");

  EXPECT_EQ(wrong.route, nullptr);
  EXPECT_THAT(wrong.allowed, ElementsAre("GET", "HEAD", "POST"));
  EXPECT_TRUE(router.find("GET", "/documents").allowed.empty());
}

TEST(Router, suggests_the_path_with_or_without_the_last_slash) {
  auto router = make_router();

  EXPECT_TRUE(router.find("GET", "/documents/").add_slash_redirect);
  EXPECT_TRUE(router.find("POST", "/documents/7/").add_slash_redirect);
  EXPECT_TRUE(router.find("GET", "/folder").add_slash_redirect);
  EXPECT_FALSE(router.find("GET", "/documents").add_slash_redirect);
  EXPECT_FALSE(router.find("GET", "//example.org/").add_slash_redirect);
  EXPECT_FALSE(router.find("GET", "/").add_slash_redirect);
  EXPECT_FALSE(router.find("GET", "/other/").add_slash_redirect);
}

}  // namespace
}  // namespace docquarry::http
