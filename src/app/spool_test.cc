#include "app/spool.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace docquarry {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Spool, gives_back_small_and_large_content_in_order) {
  for (int blocks : {1, 200}) {  // 200 x 64 kB goes through the temporary file
    Spool spool;
    std::string expected = "head";
    for (int i = 0; i < blocks; ++i) {
      std::string block(65536, char('a' + i % 26));
      ASSERT_TRUE(spool.append(block));
      expected += block;
    }
    expected += "tail";
    std::string path = testing::TempDir() + "spool_test.out";

    ASSERT_TRUE(spool.save_as(path, "head", "tail"));

    EXPECT_TRUE(content_of(path) == expected) << blocks;
  }
}

TEST(Spool, leaves_nothing_when_it_cannot_be_saved) {
  Spool spool;
  ASSERT_TRUE(spool.append("x"));
  EXPECT_FALSE(spool.save_as("/nowhere/at/all", "", ""));
}

}  // namespace
}  // namespace docquarry
