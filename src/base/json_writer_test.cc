#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace docquarry {
namespace {

std::string number(double value) {
  std::string out;
  JsonWriter(out).value(value);
  return out;
}

TEST(JsonWriter, puts_commas_only_between_members_and_elements) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .value("x")
      .begin_object()
      .end_object()
      .null()
      .end_array()
      .member("c", true)
      .end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",{},null],"c":true})");
}

TEST(JsonWriter, shows_doubles_as_python_does) {
  EXPECT_EQ(number(0), "0.0");
  EXPECT_EQ(number(45), "45.0");
  EXPECT_EQ(number(0.25), "0.25");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWriter, rounds_coordinates_without_trailing_zeros) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().rounded(72, 2).rounded(90.456, 2).rounded(-0.001, 2).rounded(0.5, 2).end_array();
  EXPECT_EQ(out, "[72,90.46,0,0.5]");
}

TEST(JsonWriter, escapes_what_json_requires_and_nothing_else) {
  std::string out;
  append_json_string(out, "\"\\\n\x01é/");
  EXPECT_EQ(out, "\"\\\"\\\\\\n\\u0001é/\"");
}

}  // namespace
}  // namespace docquarry
