#include "app/store_url.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

TEST(StoreUrl, has_a_kind_and_a_place) {
  EXPECT_EQ(store_kind("sqlite:data/docquarry.db"), "sqlite");
  EXPECT_EQ(store_place("sqlite:data/docquarry.db"), "data/docquarry.db");
  EXPECT_EQ(store_kind("s3://scans/below"), "s3");
  EXPECT_EQ(store_place("s3://scans/below"), "//scans/below");
  EXPECT_EQ(store_kind("memory:"), "memory");
  EXPECT_EQ(store_place("memory:"), "");
  EXPECT_EQ(store_kind("sqs:https://sqs.us-east-1.amazonaws.com/1/q"), "sqs");
  EXPECT_EQ(store_place("sqs:https://sqs.us-east-1.amazonaws.com/1/q"), "https://sqs.us-east-1.amazonaws.com/1/q");
}

TEST(StoreUrl, is_of_one_kind_with_and_without_tls) {
  EXPECT_EQ(store_kind("redis://host/0"), "redis");
  EXPECT_EQ(store_kind("rediss://host/0"), "redis");
}

TEST(StoreUrl, without_a_colon_has_no_place) {
  EXPECT_EQ(store_kind("nowhere"), "nowhere");
  EXPECT_EQ(store_place("nowhere"), "");
  EXPECT_EQ(store_kind(""), "");
  EXPECT_EQ(store_place(""), "");
}

}  // namespace
}  // namespace docquarry
