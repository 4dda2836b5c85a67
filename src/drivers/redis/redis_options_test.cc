#include "drivers/redis/redis_options.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

TEST(RedisUrl, says_where_redis_is) {
  auto full = parse_redis_url("redis://app:s%40fe@example.org:7000/3");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host, "example.org");
  EXPECT_EQ(full->port, 7000);
  EXPECT_EQ(full->user, "app");
  EXPECT_EQ(full->password, "s@fe");
  EXPECT_EQ(full->database, 3);
  EXPECT_FALSE(full->tls);

  auto short_form = parse_redis_url("redis://:geheim@[::1]");
  ASSERT_TRUE(short_form);
  EXPECT_EQ(short_form->host, "::1");
  EXPECT_EQ(short_form->port, 6379);
  EXPECT_EQ(short_form->user, "");
  EXPECT_EQ(short_form->password, "geheim");
  EXPECT_EQ(short_form->database, 0);

  auto tls = parse_redis_url("rediss://localhost/?ca_file=/etc/ca.pem");
  ASSERT_TRUE(tls);
  EXPECT_TRUE(tls->tls);
  EXPECT_EQ(tls->ca_file, "/etc/ca.pem");
}

TEST(RedisUrl, is_refused_when_it_is_not_understood_without_showing_the_password) {
  for (std::string url :
       {"", "redis", "redis:", "redis://", "http://:geheim@host", "redis://:geheim@host:0", "redis://:geheim@host:99999",
        "redis://:geheim@host/x", "redis://:geheim@host/-1", "redis://:geheim@host/1/2", "redis://:geheim@host?x=1",
        "redis://host?ca_file=x", "redis://:geheim@host#1"}) {
    auto options = parse_redis_url(url);
    ASSERT_FALSE(options) << url;
    EXPECT_EQ(options.error().code().name, "invalid_setting");
    EXPECT_EQ(options.error().describe().find("geheim"), std::string::npos);
  }
}

}  // namespace
}  // namespace docquarry
