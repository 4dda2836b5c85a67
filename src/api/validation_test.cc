#include "api/validation.h"

#include "api/json_body.h"
#include "api/problem.h"

#include <gtest/gtest.h>

namespace docquarry::api {
namespace {

TEST(LenientInteger, reads_what_pydantic_reads) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(lenient_integer("7"), 7);
  EXPECT_EQ(lenient_integer(" +7 "), 7);
  EXPECT_EQ(lenient_integer("-7"), -7);
  EXPECT_EQ(lenient_integer("1_000"), 1000);
  EXPECT_EQ(lenient_integer("1.0"), 1);
  EXPECT_EQ(lenient_integer("99999999999999999999"), most);
  EXPECT_EQ(lenient_integer("9223372036854775807"), most);
  for (std::string_view bad : {"", " ", "x", "1.5", "1e3", "0x5", "1__0", "_1", "1_", "true", "+", "--1", "1.", ".0"})
    EXPECT_EQ(lenient_integer(bad), std::nullopt) << bad;
}

TEST(Parameters, take_the_last_of_a_name_and_collect_every_fault) {
  Issues issues;
  Parameters::Pairs pairs{{"skip", "-1"}, {"limit", "x"}, {"skip", "-2"}, {"flag", "maybe"}};
  Parameters query(pairs, "query", issues);

  query.integer("skip", 0, Bounds{.least = 0});
  query.integer("limit", 100);
  query.truth("flag", false);

  EXPECT_EQ(
      issues.response().body,
      R"({"detail":[{"type":"greater_than_equal","loc":["query","skip"],"msg":"Input should be greater than or equal to 0",)"
      R"("input":"-2","ctx":{"ge":0}},{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer, unable )"
      R"(to parse string as an integer","input":"x"},{"type":"bool_parsing","loc":["query","flag"],"msg":"Input should be a valid )"
      R"(boolean, unable to interpret input","input":"maybe"}]})");
}

// Positions and reasons as CPython 3.11 gives them.
TEST(JsonFault, agrees_with_python) {
  struct Case {
    std::string_view text;
    std::size_t position;
    std::string_view reason;
  };
  const Case cases[] = {
      {"{", 1, "Expecting property name enclosed in double quotes"},
      {"[", 1, "Expecting value"},
      {"{\"a\"", 4, "Expecting ':' delimiter"},
      {"{\"a\":", 5, "Expecting value"},
      {"{\"a\":1", 6, "Expecting ',' delimiter"},
      {"{\"a\":1,}", 7, "Expecting property name enclosed in double quotes"},
      {"[1,]", 3, "Expecting value"},
      {"nul", 0, "Expecting value"},
      {"1 2", 2, "Extra data"},
      {"\"abc", 0, "Unterminated string starting at"},
      {"\"a\nb\"", 2, "Invalid control character at"},
      {"\"\\x\"", 1, "Invalid \\escape"},
      {"\"\\u12\"", 2, "Invalid \\uXXXX escape"},
      {"[\"\xC3\xA9\" 2]", 5, "Expecting ',' delimiter"},
      {"-", 0, "Expecting value"},
      {"01", 1, "Extra data"},
      {"1.", 1, "Extra data"},
      {"  ", 2, "Expecting value"},
      {"\"a\\", 0, "Unterminated string starting at"},
  };
  for (const auto& one : cases) {
    auto fault = json_fault(one.text);
    ASSERT_TRUE(fault) << one.text;
    EXPECT_EQ(fault->reason, one.reason) << one.text;
    EXPECT_EQ(fault->position, one.position) << one.text;
  }
  for (std::string_view good : {"{}", " [1, -2.5e+3, null, true, \"\\u00e9\\n\"] ", "\"\"", "0", "{\"a\":{\"b\":[]}}"})
    EXPECT_FALSE(json_fault(good)) << good;
  EXPECT_TRUE(json_fault(std::string(100'000, '[')));
}

TEST(JsonBody, cannot_be_made_to_answer_at_length) {
  Issues issues;
  JsonBody body("{\"a\":\"" + std::string(50'000, 'x') + "\"}", "application/json", issues);

  body.text("email");

  EXPECT_LT(issues.response().body.size(), 2000u);
}

TEST(Problem, gives_every_code_a_status_of_an_error) {
  for (const ErrorCode* code : error_codes) {
    for (auto face : {Face::legacy, Face::v1}) {
      int status = status_of(*code, face);
      EXPECT_TRUE(status >= 400 && status <= 503) << code->name;
    }
  }
  EXPECT_EQ(status_of(not_a_pdf, Face::legacy), 400);
  EXPECT_EQ(status_of(not_a_pdf, Face::v1), 415);
  EXPECT_EQ(status_of(file_too_large, Face::legacy), 400);
  EXPECT_EQ(status_of(file_too_large, Face::v1), 413);
  EXPECT_EQ(status_of(key_reused, Face::v1), 422);
  EXPECT_EQ(status_of(lease_lost, Face::v1), 409);
}

TEST(PublicMessage, hides_what_happened_inside) {
  EXPECT_EQ(public_message(Error(storage_full, "cannot write /var/secret")), "There is no space left to store files.");
  EXPECT_EQ(public_message(Error(file_not_found, "cannot open /var/secret")), "The file does not exist.");
  EXPECT_EQ(public_message(Error(invalid_file_name, "the file has no name")), "The file has no name");
}

}  // namespace
}  // namespace docquarry::api
