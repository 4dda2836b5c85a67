#include "app/spoken.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

TEST(Spoken, groups_digits_and_minds_the_plural) {
  EXPECT_EQ(counted(0, "task"), "0 tasks");
  EXPECT_EQ(counted(1, "task"), "1 task");
  EXPECT_EQ(counted(999, "task"), "999 tasks");
  EXPECT_EQ(counted(1000, "task"), "1,000 tasks");
  EXPECT_EQ(counted(1234567, "task"), "1,234,567 tasks");
}

TEST(Spoken, says_times_in_their_two_largest_units) {
  EXPECT_EQ(spoken(35s), "35 s");
  EXPECT_EQ(spoken(184s), "3 min 4 s");
  EXPECT_EQ(spoken(7500s), "2 h 5 min");
  EXPECT_EQ(spoken(100h), "4 d 4 h");
}

TEST(Spoken, says_sizes_in_one_unit) {
  EXPECT_EQ(spoken_bytes(0), "0 bytes");
  EXPECT_EQ(spoken_bytes(999), "999 bytes");
  EXPECT_EQ(spoken_bytes(1000), "1.0 kB");
  EXPECT_EQ(spoken_bytes(999'960), "1.0 MB");
  EXPECT_EQ(spoken_bytes(1'500'000'000), "1.5 GB");
}

TEST(Spoken, tells_no_time_left_before_anything_was_done_and_after_everything_was) {
  Pace pace(10);
  EXPECT_EQ(pace.text(10, 40, "document"), "10 of 40 documents");
  EXPECT_EQ(pace.text(40, 40, "document"), "40 of 40 documents");
  EXPECT_EQ(pace.text(20, 40, "document"), "20 of 40 documents, 0 s left");
}

}  // namespace
}  // namespace docquarry
