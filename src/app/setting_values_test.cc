#include "app/setting_values.h"

#include "app/env_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr auto any_time = std::chrono::milliseconds::max();

TEST(SettingValues, read_times_with_and_without_unit) {
  EXPECT_EQ(*parse_duration("500ms", 0ms, any_time), 500ms);
  EXPECT_EQ(*parse_duration("30s", 0ms, any_time), 30s);
  EXPECT_EQ(*parse_duration(" 2 m ", 0ms, any_time), 2min);
  EXPECT_EQ(*parse_duration("1H", 0ms, any_time), 1h);
  EXPECT_EQ(*parse_duration("3600", 0ms, any_time), 1h);
  EXPECT_EQ(*parse_duration("0", 0ms, any_time), 0ms);
  for (auto bad : {"", "s", "-1s", "1.5s", "1 s s", "1y", "99999999999999999999s", "213503982335d"})
    EXPECT_FALSE(parse_duration(bad, 0ms, any_time)) << bad;
  EXPECT_FALSE(parse_duration("29s", 30s, 60s));
  EXPECT_FALSE(parse_duration("61s", 30s, 60s));
}

TEST(SettingValues, read_sizes_in_binary_units) {
  EXPECT_EQ(*parse_size("1", 0, 1ull << 40), 1u);
  EXPECT_EQ(*parse_size("64kB", 0, 1ull << 40), 65536u);
  EXPECT_EQ(*parse_size("64KB", 0, 1ull << 40), 65536u);
  EXPECT_EQ(*parse_size("512mb", 0, 1ull << 40), 512u << 20);
  EXPECT_EQ(*parse_size("2 GB", 0, 1ull << 40), 2ull << 30);
  for (auto bad : {"", "kB", "-1", "1.5MB", "1TB", "1 0", "17179869185GB"}) EXPECT_FALSE(parse_size(bad, 0, UINT64_MAX)) << bad;
}

TEST(SettingValues, write_what_they_read) {
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(2min), "2m");
  EXPECT_EQ(format_duration(0ms), "0ms");
  EXPECT_EQ(format_size(512u << 20), "512MB");
  EXPECT_EQ(format_size(1000), "1000B");
}

TEST(SettingValues, read_addresses_of_both_families) {
  EXPECT_EQ(parse_address("0.0.0.0:80")->address, "0.0.0.0");
  EXPECT_EQ(parse_address("localhost:0")->address, "127.0.0.1");
  EXPECT_EQ(parse_address("[::1]:8000")->address, "::1");
  EXPECT_EQ(parse_address("[::1]:65535")->port, 65535);
  for (auto bad :
       {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "[127.0.0.1]:80", "example.com:80", "127.0.0.1:8000/x"})
    EXPECT_FALSE(parse_address(bad)) << bad;
}

TEST(SettingValues, read_lists) {
  EXPECT_THAT(parse_list(" a, b,,c "), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(parse_list("").empty());
}

TEST(EnvFile, is_read_as_python_dotenv_reads_it) {
  auto pairs = parse_env_file(
      "# comment\r\n"
      "\n"
      "A=1\r\n"
      "  export B = two words   # comment\n"
      "export=3\n"
      "C='it\\'s $HOME #1' # comment\n"
      "D=\"line\\n\\\"two\\\"\"\n"
      "E=\"over\ntwo lines\"\n"
      "F=\n"
      "G=a#b\n"
      "H=last");

  ASSERT_TRUE(pairs) << pairs.error().message();
  EXPECT_THAT(*pairs, ElementsAre(Pair("A", "1"), Pair("B", "two words"), Pair("export", "3"), Pair("C", "it's $HOME #1"),
                                  Pair("D", "line\n\"two\""), Pair("E", "over\ntwo lines"), Pair("F", ""), Pair("G", "a#b"),
                                  Pair("H", "last")));
}

TEST(EnvFile, names_the_line_that_cannot_be_read) {
  auto message = [](const char* content) {
    auto pairs = parse_env_file(content);
    return pairs ? "read" : pairs.error().message();
  };

  EXPECT_EQ(message("A=1\n\nDOCQUARRY_LISTEN 0.0.0.0:80\n"), "line 3 of .env is not NAME=VALUE");
  EXPECT_EQ(message("A='x\n\n"), "line 1 of .env has a quote that is never closed");
  EXPECT_EQ(message("A=1\nB=\"x\" y"), "line 2 of .env goes on after the closing quote");
  EXPECT_EQ(message("=1"), "line 1 of .env is not NAME=VALUE");
  EXPECT_EQ(message(""), "read");
  EXPECT_EQ(message(" \n # only\n  "), "read");
  EXPECT_EQ(message("A=\\"), "read");
  EXPECT_THAT(message("A=\"\\"), HasSubstr("never closed"));
}

}  // namespace
}  // namespace docquarry
