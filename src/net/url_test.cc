#include "net/url.h"

#include "base/io_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::net {
namespace {

TEST(Url, is_taken_apart) {
  auto url = parse_url("https://me:secret@example.com:8443/a%20b/c?x=1&y=2#fragment");

  ASSERT_TRUE(url) << url.error().message();
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user_info, "me:secret");
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a%20b/c");
  EXPECT_EQ(url->query, "x=1&y=2");
  EXPECT_EQ(url->origin(), "https://example.com:8443");
}

TEST(Url, has_the_port_of_its_scheme_and_the_root_by_default) {
  EXPECT_EQ(parse_url("http://a")->port, 80);
  EXPECT_EQ(parse_url("https://a")->port, 443);
  EXPECT_EQ(parse_url("http://a")->path, "/");
  EXPECT_EQ(parse_url("http://a?q")->query, "q");
  EXPECT_EQ(parse_url("http://[::1]:8000/x")->host, "[::1]");
  EXPECT_EQ(parse_url("http://[::1]")->port, 80);
}

TEST(Url, is_refused_when_it_is_none) {
  for (auto bad : {"", "a", "ftp://a", "http://", "http:///x", "http://a:0", "http://a:65536", "http://a:b", "http://a b",
                   "http://a\n", "http://[::1", "http://a/\tx", "http://me@", "http://a:1:2"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(Url, is_refused_without_telling_the_password) {
  auto refused = parse_url("http://me:hunter2@:99999");

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), ::testing::Not(::testing::HasSubstr("hunter2")));
}

TEST(PercentEncoding, keeps_only_what_has_no_meaning) {
  EXPECT_EQ(percent_encoded("aZ9-._~"), "aZ9-._~");
  EXPECT_EQ(percent_encoded("a b/c?d=e&f+%\xC3\xA9"), "a%20b%2Fc%3Fd%3De%26f%2B%25%C3%A9");
  EXPECT_EQ(query_of({{"a", "1"}, {"b c", "&"}}), "a=1&b%20c=%26");
}

}  // namespace
}  // namespace docquarry::net
