#include "delivery/rate_limit.hpp"

#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using providers::limit;

void leave_now(rate_limit& from, time_point now) {
  from.reserve();
  from.send(now);
}

/// How many more it admits at once.
int admits(rate_limit& tried, time_point now) {
  int count = 0;
  while (tried.open(now) && count < 1000) {
    tried.reserve();
    ++count;
  }
  for (int each = 0; each < count; ++each) tried.cancel();
  return count;
}

TEST(rate_limit_test, no_limits_are_always_open) {
  rate_limit none({});
  for (int each = 0; each < 1000; ++each) leave_now(none, start);
  EXPECT_TRUE(none.open(start));
  EXPECT_EQ(none.opens_at(start), start);
  none.set_share(1, 7);
  EXPECT_TRUE(none.open(start));
}

TEST(rate_limit_test, as_many_leave_at_once_as_the_limit_says) {
  rate_limit tried({{5, seconds{1}}});
  EXPECT_EQ(admits(tried, start), 5);
  for (int left = 5; left > 0; --left) {
    EXPECT_EQ(admits(tried, start), left);
    leave_now(tried, start);
  }
  EXPECT_FALSE(tried.open(start));
}

TEST(rate_limit_test, open_at_the_very_start_of_the_clock) {
  rate_limit tried({{1, hours{1}}});
  EXPECT_TRUE(tried.open(time_point{}));
  EXPECT_EQ(tried.opens_at(time_point{}), time_point{});
}

TEST(rate_limit_test, full_window_opens_when_its_oldest_has_left_it_and_the_margin_is_over) {
  rate_limit tried({{2, seconds{1}}});
  leave_now(tried, start);
  leave_now(tried, start + milliseconds{300});
  const time_point opens = start + seconds{1} + arrival_margin;
  EXPECT_EQ(tried.opens_at(start + milliseconds{400}), opens);
  EXPECT_FALSE(tried.open(opens - nanoseconds{1}));
  EXPECT_TRUE(tried.open(opens));
  leave_now(tried, opens);
  EXPECT_EQ(tried.opens_at(opens), opens + milliseconds{300});
}

TEST(rate_limit_test, margin_of_a_short_window_is_a_twentieth_of_it) {
  for (const auto& [per, margin] : std::vector<std::pair<duration, duration>>{{milliseconds{1}, microseconds{50}},
                                                                              {milliseconds{20}, milliseconds{1}},
                                                                              {milliseconds{100}, milliseconds{5}},
                                                                              {milliseconds{101}, milliseconds{5}},
                                                                              {hours{24}, milliseconds{5}}}) {
    rate_limit tried({{1, per}});
    leave_now(tried, start);
    EXPECT_EQ(tried.opens_at(start), start + per + margin) << per.count();
  }
}

TEST(rate_limit_test, reserved_requests_count_before_they_leave) {
  rate_limit tried({{3, seconds{1}}});
  tried.reserve();
  tried.reserve();
  EXPECT_EQ(admits(tried, start), 1);
  EXPECT_EQ(admits(tried, start + hours{1}), 1) << "a reservation does not age";
}

TEST(rate_limit_test, cancelled_reservation_gives_its_place_back) {
  rate_limit tried({{1, seconds{1}}});
  tried.reserve();
  EXPECT_FALSE(tried.open(start));
  tried.cancel();
  EXPECT_TRUE(tried.open(start));
}

TEST(rate_limit_test, window_counts_from_when_it_left_not_from_the_reservation) {
  rate_limit tried({{1, seconds{1}}});
  tried.reserve();
  tried.send(start + milliseconds{700});
  EXPECT_FALSE(tried.open(start + milliseconds{1500}));
  EXPECT_EQ(tried.opens_at(start + milliseconds{1500}), start + milliseconds{1705});
}

TEST(rate_limit_test, all_places_reserved_only_the_end_of_one_opens) {
  rate_limit tried({{2, seconds{1}}});
  tried.reserve();
  tried.reserve();
  EXPECT_EQ(tried.opens_at(start), std::nullopt);
  tried.send(start);
  EXPECT_EQ(tried.opens_at(start), start + milliseconds{1005});
}

TEST(rate_limit_test, reserved_and_left_together_open_when_the_oldest_leaves) {
  rate_limit tried({{3, seconds{1}}});
  leave_now(tried, start);
  leave_now(tried, start + milliseconds{10});
  tried.reserve();
  EXPECT_EQ(tried.opens_at(start + milliseconds{20}), start + milliseconds{1005});
}

TEST(rate_limit_test, fullest_of_several_windows_decides) {
  rate_limit tried({{2, seconds{1}}, {3, seconds{10}}});
  leave_now(tried, start);
  leave_now(tried, start);
  EXPECT_EQ(tried.opens_at(start), start + milliseconds{1005});
  const time_point second = start + milliseconds{1005};
  leave_now(tried, second);
  EXPECT_FALSE(tried.open(second));
  EXPECT_EQ(tried.opens_at(second), start + milliseconds{10'005});
}

TEST(rate_limit_test, several_closed_windows_open_with_the_latest_in_either_order) {
  for (const std::vector<limit>& limits :
       {std::vector<limit>{{1, seconds{1}}, {1, seconds{5}}}, std::vector<limit>{{1, seconds{5}}, {1, seconds{1}}}}) {
    rate_limit tried(limits);
    leave_now(tried, start);
    EXPECT_EQ(tried.opens_at(start), start + milliseconds{5005});
  }
}

TEST(rate_limit_test, one_window_all_reserved_hides_the_others_time) {
  rate_limit tried({{2, seconds{1}}, {1, seconds{5}}});
  tried.reserve();
  EXPECT_EQ(tried.opens_at(start), std::nullopt);
}

TEST(rate_limit_test, open_now_opens_now) {
  rate_limit tried({{2, seconds{1}}, {5, seconds{5}}});
  leave_now(tried, start);
  EXPECT_EQ(tried.opens_at(start), start);
}

TEST(rate_limit_test, share_is_rounded_down_but_never_below_one) {
  struct row {
    int requests, owned, total, expected;
  };
  for (const row& each : std::vector<row>{{100, 1, 1, 100},
                                          {100, 1, 3, 33},
                                          {100, 2, 3, 66},
                                          {10, 3, 12, 2},
                                          {10, 6, 6, 10},
                                          {2, 3, 4, 1},
                                          {1, 1, 2, 1},
                                          {10, 1, 100, 1}}) {
    rate_limit tried({{each.requests, seconds{1}}});
    tried.set_share(each.owned, each.total);
    EXPECT_EQ(admits(tried, start), each.expected) << each.requests << "*" << each.owned << "/" << each.total;
  }
}

TEST(rate_limit_test, shares_of_all_workers_are_together_no_more_than_the_limit) {
  for (const int total : {1, 2, 3, 5, 7, 12}) {
    for (const int requests : {12, 13, 50, 100, 999}) {
      int together = 0;
      for (int worker = 0; worker < total; ++worker) {
        rate_limit tried({{requests, seconds{1}}});
        tried.set_share(1, total);
        together += admits(tried, start);
      }
      EXPECT_LE(together, requests) << total;
    }
  }
}

TEST(rate_limit_test, share_below_one_request_is_one_in_a_longer_window) {
  rate_limit tried({{10, seconds{1}}});
  tried.set_share(1, 40);  // a quarter of a request each second
  leave_now(tried, start);
  const time_point exact = start + 4 * (seconds{1} + arrival_margin);
  EXPECT_FALSE(tried.open(exact - nanoseconds{1}));
  EXPECT_TRUE(tried.open(exact + microseconds{1}));
  const auto opens = tried.opens_at(start);
  ASSERT_TRUE(opens);
  EXPECT_GE(*opens, exact);
  EXPECT_TRUE(tried.open(*opens));
}

TEST(rate_limit_test, share_below_one_that_does_not_divide_evenly_is_rounded_to_the_slow_side) {
  for (const auto& [requests, owned, total] :
       std::vector<std::tuple<int, int, int>>{{1, 3, 7}, {2, 3, 7}, {3, 1, 1000}, {1, 1, 3}, {99, 1, 100}}) {
    rate_limit tried({{requests, milliseconds{7}}});
    tried.set_share(owned, total);
    leave_now(tried, start);
    const auto opens = tried.opens_at(start);
    ASSERT_TRUE(opens);
    const std::int64_t per = duration{microseconds{7350}}.count();
    const duration waited = *opens - start;
    EXPECT_GE(waited.count() * requests * owned, per * total) << requests << " " << owned << " " << total;
    EXPECT_LE((waited.count() - 3) * requests * owned, per * total) << requests << " " << owned << " " << total;
  }
}

TEST(rate_limit_test, smallest_share_of_the_slowest_limit_is_a_time_that_can_be_waited_for) {
  rate_limit tried({{1, hours{24 * 366}}});
  tried.set_share(1, std::numeric_limits<int>::max());
  EXPECT_TRUE(tried.open(start));
  leave_now(tried, start);
  const auto opens = tried.opens_at(start);
  ASSERT_TRUE(opens);
  EXPECT_GT(*opens, start + hours{24 * 366});
  EXPECT_FALSE(tried.open(start + hours{24 * 366}));
}

TEST(rate_limit_test, largest_limit_can_be_shared) {
  rate_limit tried({{std::numeric_limits<int>::max(), seconds{1}}});
  tried.set_share(std::numeric_limits<int>::max(), std::numeric_limits<int>::max());
  EXPECT_TRUE(tried.open(start));
  tried.set_share(1, std::numeric_limits<int>::max());
  leave_now(tried, start);
  EXPECT_FALSE(tried.open(start));
}

TEST(rate_limit_test, smaller_share_counts_what_has_left) {
  rate_limit tried({{10, seconds{1}}});
  for (int each = 0; each < 6; ++each) leave_now(tried, start + milliseconds{each});
  tried.set_share(1, 2);  // five, and six have left
  EXPECT_FALSE(tried.open(start + milliseconds{6}));
  EXPECT_EQ(tried.opens_at(start + milliseconds{6}), start + milliseconds{1006}) << "two must leave the window";
}

TEST(rate_limit_test, larger_share_counts_what_has_left) {
  rate_limit tried({{10, seconds{1}}});
  tried.set_share(1, 2);
  for (int each = 0; each < 5; ++each) leave_now(tried, start);
  tried.set_share(1, 1);
  EXPECT_EQ(admits(tried, start), 5);
}

TEST(rate_limit_test, smaller_share_than_is_reserved_waits_for_reservations) {
  rate_limit tried({{4, seconds{1}}});
  for (int each = 0; each < 4; ++each) tried.reserve();
  tried.set_share(1, 2);
  EXPECT_FALSE(tried.open(start));
  EXPECT_EQ(tried.opens_at(start), std::nullopt);
  tried.cancel();
  tried.cancel();
  EXPECT_EQ(tried.opens_at(start), std::nullopt);
  tried.cancel();
  EXPECT_TRUE(tried.open(start));
}

TEST(rate_limit_test, what_leaves_beyond_a_smaller_share_is_counted_when_the_share_grows_again) {
  rate_limit tried({{10, seconds{1}}});
  for (int each = 0; each < 6; ++each) tried.reserve();
  tried.set_share(1, 10);
  for (int each = 0; each < 6; ++each) tried.send(start);
  tried.set_share(1, 1);
  EXPECT_EQ(admits(tried, start), 4);
}

// The longer window of a share below one looks further back than the window before it did.
TEST(rate_limit_test, share_that_becomes_less_than_one_request_counts_what_left_in_the_longer_window) {
  rate_limit tried({{10, seconds{1}}});
  leave_now(tried, start);
  EXPECT_TRUE(tried.open(start + seconds{2}));
  tried.set_share(1, 100);  // one in 10.05 s
  EXPECT_FALSE(tried.open(start + seconds{2}));
  const auto opens = tried.opens_at(start + seconds{2});
  ASSERT_TRUE(opens);
  EXPECT_GE(*opens, start + 10 * (seconds{1} + arrival_margin));
  EXPECT_LE(*opens, start + 10 * (seconds{1} + arrival_margin) + microseconds{1});
  tried.set_share(1, 1);
  EXPECT_EQ(admits(tried, start + seconds{2}), 10);
}

}  // namespace
}  // namespace leadrelay::delivery
