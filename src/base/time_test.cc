#include "base/time.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

using namespace std::chrono;

const Timestamp moment = sys_days(year(2026) / 2 / 28) + hours(23) + minutes(59) + seconds(58) + microseconds(1234);

TEST(Time, writes_rfc_3339_with_six_digits) { EXPECT_EQ(to_rfc3339(moment), "2026-02-28T23:59:58.001234Z"); }

TEST(Time, leaves_out_microseconds_that_are_zero_in_the_naive_form) {
  EXPECT_EQ(to_naive_iso(moment), "2026-02-28T23:59:58.001234");
  EXPECT_EQ(to_naive_iso(floor<seconds>(moment)), "2026-02-28T23:59:58");
}

TEST(Time, reads_back_what_it_writes) {
  EXPECT_EQ(parse_time(to_rfc3339(moment)), moment);
  EXPECT_EQ(parse_time(to_naive_iso(moment)), moment);
}

TEST(Time, reads_offsets_dates_and_postgres_forms) {
  EXPECT_EQ(parse_time("2026-03-01T01:29:58.001234+01:30"), moment);
  EXPECT_EQ(parse_time("2026-02-28 23:59:58.001234+00"), moment);
  EXPECT_EQ(parse_time("2026-02-28"), Timestamp(sys_days(year(2026) / 2 / 28)));
}

TEST(Time, refuses_what_is_no_time) {
  for (const char* text : {"", "yesterday", "2026-02-30", "2026-13-01", "2026-02-28T24:00:00", "2026-02-28T23:59:58.",
                           "2026-02-28T23:59:58 Z", "2026-02-28T23:59:58+1", "-026-02-28", "2026-02-28T23:59:58Zx"})
    EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace docquarry
