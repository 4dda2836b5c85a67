#include "drivers/system/system_clock.h"

#include <gtest/gtest.h>

#include <set>

namespace docquarry {
namespace {

TEST(SystemIdSource, makes_different_ids_in_the_layout_of_uuid_version_7) {
  SystemIdSource ids;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto id = ids.next();
    ASSERT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), id.npos);
    EXPECT_EQ(id[12], '7');
    EXPECT_NE(std::string("89ab").find(id[16]), std::string::npos);
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(SystemIdSource, begins_with_the_time_in_milliseconds) {
  SystemClock clock;
  SystemIdSource ids;
  auto milliseconds = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch()).count(); };

  auto before = milliseconds();
  auto in_id = std::stoll(ids.next().substr(0, 12), nullptr, 16);
  auto after = milliseconds();

  EXPECT_LE(before, in_id);
  EXPECT_LE(in_id, after);
}

}  // namespace
}  // namespace docquarry
