#include "dead_letters/selection.hpp"

#include <gmock/gmock.h>

#include "unit/dead_letters/letters.hpp"

namespace leadrelay::dead_letters {
namespace {

wall_time at(std::int64_t ms) { return wall_time(std::chrono::milliseconds(ms)); }

bool takes(const selection& wanted, const events::record& record) { return matches(wanted, read_letter_record(record, 1 << 20)); }

TEST(selection, everything_passes_one_that_says_nothing) {
  EXPECT_TRUE(takes({}, record_of(good_headers())));
  EXPECT_TRUE(takes({}, record_of({}, "no event")));
}

TEST(selection, each_part_leaves_out_what_it_does_not_name) {
  const auto record = record_of(good_headers(), good_event, 1000);
  EXPECT_TRUE(takes({.account = "acme"}, record));
  EXPECT_FALSE(takes({.account = "acm"}, record));
  EXPECT_TRUE(takes({.reason = reason::rejected}, record));
  EXPECT_FALSE(takes({.reason = reason::not_found}, record));
  EXPECT_TRUE(takes({.since = at(1000)}, record));
  EXPECT_FALSE(takes({.since = at(1001)}, record));
  EXPECT_FALSE(takes({.until = at(1000)}, record));
  EXPECT_TRUE(takes({.until = at(1001)}, record));
  EXPECT_TRUE(takes({.lead = "a@b.c"}, record));
  EXPECT_FALSE(takes({.lead = "l2"}, record));
  EXPECT_FALSE(takes({.account = "acme", .lead = "l2"}, record));
}

TEST(selection, of_a_letter_that_names_no_account_the_events_counts) {
  auto headers = good_headers();
  std::erase_if(headers, [](const auto& each) { return each.first == "leadrelay.account"; });
  EXPECT_TRUE(takes({.account = "acme"}, record_of(headers)));
  EXPECT_FALSE(takes({.account = "acme"}, record_of(headers, "no event")));
}

TEST(parse_moment, takes_times_days_and_times_back) {
  const wall_time now = at(1'795'255'200'000);  // 2026-11-21T10:00:00Z
  EXPECT_EQ(parse_moment("2026-11-21T09:00:00Z", now), now - std::chrono::hours(1));
  EXPECT_EQ(parse_moment("2026-11-21T10:00:00+01:00", now), now - std::chrono::hours(1));
  EXPECT_EQ(parse_moment("2026-11-21", now), now - std::chrono::hours(10));
  EXPECT_EQ(parse_moment("90m", now), now - std::chrono::minutes(90));
  for (const char* wrong : {"", "yesterday", "2026-13-01", "2026-02-30", "1", "-1h", "1 h", "2026-11-21T25:00:00Z", "1795255200"})
    EXPECT_FALSE(parse_moment(wrong, now)) << wrong;
}

}  // namespace
}  // namespace leadrelay::dead_letters
