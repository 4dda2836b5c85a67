#include "http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Target, is_decoded) {
  auto target = parse_target("GET", "/a%20b/%C3%A4+?x=1&y=a+b%26&z&x=2&&=e");

  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/\xC3\xA4+");
  EXPECT_THAT(target->query, ElementsAre(Pair("x", "1"), Pair("y", "a b&"), Pair("z", ""), Pair("x", "2"), Pair("", "e")));
  EXPECT_EQ(target->raw_path, "/a%20b/%C3%A4+");
  EXPECT_FALSE(target->authority);
}

TEST(Target, may_be_absolute) {
  auto target = parse_target("GET", "HTTP://example.org:80/a?b=c");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "example.org:80");
  EXPECT_EQ(target->path, "/a");
  EXPECT_THAT(target->query, ElementsAre(Pair("b", "c")));

  EXPECT_EQ(parse_target("GET", "https://a")->path, "/");
  auto bare = parse_target("GET", "https://a?b");
  EXPECT_EQ(bare->path, "/");
  EXPECT_THAT(bare->query, ElementsAre(Pair("b", "")));
}

TEST(Target, is_refused_when_it_is_no_clean_path) {
  for (auto text :
       {"/%zz", "/%", "/%2", "/%00", "/%ff%fe",  "/%c0%af", "/%0a",      "/%7f",        "/?a=%zz",      "/?a=%ff",   "/?%00",
        "a",    "?a", "*",   "/a#b", "ftp://a/", "http://", "http:///a", "http://u@a/", "127.0.0.1:22", "/%ed%a0%80"}) {
    auto target = parse_target("GET", text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().status, 400);
  }
  EXPECT_EQ(parse_target("OPTIONS", "*")->path, "*");
}

}  // namespace
}  // namespace docquarry::http
