#include "formats/page_lines.h"

#include <gtest/gtest.h>

#include <cmath>

namespace docquarry {
namespace {

TEST(PageLines, writes_fonts_lines_and_words_compactly) {
  std::vector<Font> fonts{{"Times", true, false, false}, {"Courier \"New\"", false, false, true}};
  std::vector<Line> lines{
      {{72, 90.5f, 300.256f, 102}, 1, 10.9f, {{{72, 90.5f, 100, 102}, "Hello"}, {{104, 90.5f, 300.25f, 102}, "wörld"}}}};

  EXPECT_EQ(write_page_lines(fonts, lines),
            R"({"fonts":[{"name":"Times","bold":true},{"name":"Courier \"New\"","monospace":true}],"lines":[)"
            R"({"box":[72,90.5,300.26,102],"font":1,"size":10.9,"text":"Hello wörld","words":[)"
            R"({"box":[72,90.5,100,102],"text":"Hello"},{"box":[104,90.5,300.25,102],"text":"wörld"}]}]})");
}

TEST(PageLines, writes_a_page_without_lines_as_such) { EXPECT_EQ(write_page_lines({}, {}), R"({"fonts":[],"lines":[]})"); }

TEST(PageLines, writes_odd_numbers_as_numbers) {
  std::vector<Line> lines{{{-0.004f, -1.5f, NAN, INFINITY}, 0, 0.07f, {}}};
  EXPECT_EQ(write_page_lines({{}}, lines),
            R"({"fonts":[{"name":""}],"lines":[{"box":[0,-1.5,0,20000000],"font":0,"size":0.07,"text":"","words":[]}]})");
}

}  // namespace
}  // namespace docquarry
