#include "delivery/rate_limit.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using providers::limit;

constexpr wall_time noon{hours{24 * 365 * 56}};

void leave_now(rate_limit& from, time_point now) {
  from.reserve(now);
  from.send(now);
}

/// Sends as soon as it may, until `until`.
int sends(rate_limit& tried, time_point now, time_point until) {
  int count = 0;
  while (now < until) {
    if (tried.open(now)) {
      leave_now(tried, now);
      ++count;
    } else {
      tried.hold_back(now);
      now = tried.opens_at(now).value_or(until);
    }
  }
  return count;
}

TEST(rate_limit_test, no_limits_are_always_open) {
  rate_limit none({});
  for (int each = 0; each < 1000; ++each) leave_now(none, start);
  none.set_share({{0}, 7}, start, noon);
  EXPECT_TRUE(none.open(start));
  EXPECT_EQ(none.opens_at(start), start);
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

TEST(rate_limit_test, some_leave_at_once_the_rest_evenly) {
  rate_limit tried({{100, seconds{10}}});
  EXPECT_EQ(sends(tried, start, start + nanoseconds{1}), 5);
  EXPECT_EQ(tried.opens_at(start), start + milliseconds{100} + microseconds{50});
  EXPECT_EQ(sends(tried, start, start + seconds{10}), 95);
  for (int second = 11; second <= 30; ++second)
    EXPECT_NEAR(sends(tried, start + seconds{second - 1}, start + seconds{second}), 10, 1) << second;
}

TEST(rate_limit_test, what_was_held_up_leaves_no_faster_than_what_was_let_through) {
  rate_limit tried({{100, seconds{10}}});
  time_point now = start;
  int held_up = 0;
  while (now < start + seconds{4}) {
    if (tried.open(now)) {
      tried.reserve(now);
      ++held_up;
    } else {
      now = tried.opens_at(now).value();
    }
  }
  ASSERT_GE(held_up, 40);
  now = start + seconds{4};
  for (int each = 0; each < 5; ++each) {
    EXPECT_LE(tried.begins_at(), now) << each;
    tried.send(now);
  }
  for (int each = 5; each < held_up; ++each) {
    EXPECT_GE(tried.begins_at(), now + milliseconds{100}) << each;
    EXPECT_LE(tried.begins_at(), now + milliseconds{101}) << each;
    now = tried.begins_at();
    tried.send(now);
  }
}

TEST(rate_limit_test, what_was_held_up_leaves_at_the_pace_of_another_share_and_another_limit) {
  rate_limit tried({{100, seconds{10}}});
  for (int each = 0; each < 3; ++each) tried.reserve(start);
  tried.set_share({{0, 1, 2, 3, 4}, 10}, start, noon);
  time_point now = start + seconds{2};
  for (int each = 0; each < 5; ++each) {
    tried.reserve(now);
    tried.send(now);
  }
  EXPECT_GE(tried.begins_at(), now + milliseconds{200});
  now += seconds{20};
  tried.set_limits({{50, seconds{10}}}, 3, now, noon);
  EXPECT_LE(tried.begins_at(), now);
  tried.send(now);
  EXPECT_GE(tried.begins_at(), now + milliseconds{400}) << "what was let through before may not leave all at once";
}

TEST(rate_limit_test, first_burst_does_not_come_again_with_every_window_under_backlog) {
  rate_limit tried({{100, seconds{10}}});
  time_point now = start;
  std::vector<time_point> sent;
  while (now < start + seconds{60}) {
    if (tried.open(now)) {
      leave_now(tried, now);
      sent.push_back(now);
    } else {
      tried.hold_back(now);
      now = tried.opens_at(now).value();
    }
  }
  for (std::size_t each = 11; each < sent.size(); ++each) EXPECT_GE(sent[each] - sent[each - 1], milliseconds{100}) << each;
  EXPECT_GE(sent.size(), 590u);
}

TEST(rate_limit_test, fullest_of_several_limits_decides) {
  rate_limit tried({{2, seconds{1}}, {3, seconds{10}}});
  EXPECT_EQ(sends(tried, start, start + seconds{10}), 3);
  EXPECT_EQ(sends(tried, start + seconds{10}, start + seconds{20}), 3);
}

TEST(rate_limit_test, one_limit_all_reserved_hides_the_others_time) {
  rate_limit tried({{2, seconds{1}}, {1, seconds{5}}});
  tried.reserve(start);
  EXPECT_EQ(tried.opens_at(start), std::nullopt);
}

TEST(rate_limit_test, cancelled_reservation_leaves_no_trace) {
  rate_limit tried({{1, seconds{1}}});
  tried.reserve(start);
  EXPECT_FALSE(tried.open(start));
  tried.cancel();
  EXPECT_TRUE(tried.open(start));
}

TEST(rate_limit_test, share_is_that_of_the_partitions) {
  for (const auto& [share, expected] :
       std::vector<std::pair<limit_share, int>>{{{{0}, 1}, 40}, {{{0, 1}, 4}, 20}, {{{3}, 4}, 10}, {{{1}, 7}, 6}, {{{}, 4}, 0}}) {
    rate_limit tried({{40, seconds{1}}});
    tried.set_share(share, start, noon);
    EXPECT_NEAR(sends(tried, start + seconds{10}, start + seconds{20}), 10 * expected, 2);
  }
}

TEST(rate_limit_test, partition_that_stays_keeps_what_it_has_used_and_waits_for_nothing) {
  rate_limit tried({{40, seconds{1}}});
  tried.set_share({{0, 1}, 4}, start, noon);
  sends(tried, start + seconds{5}, start + seconds{6});
  tried.set_share({{0}, 4}, start + seconds{6}, noon);
  tried.set_share({{0}, 4}, start + seconds{6}, noon);
  EXPECT_NEAR(sends(tried, start + seconds{6} + milliseconds{100}, start + seconds{16}), 100, 10);
}

TEST(rate_limit_test, partition_that_is_new_comes_free_as_its_former_owner_would_have_used_it) {
  rate_limit tried({{100, seconds{10}}});
  tried.set_share({{}, 4}, start, noon);
  EXPECT_EQ(tried.opens_at(start), std::nullopt);
  tried.set_share({{0, 1, 2, 3}, 4}, start, noon);
  const auto opens = tried.opens_at(start);
  ASSERT_TRUE(opens);
  EXPECT_GE(*opens, start + milliseconds{500}) << "the former owner may have sent five just now";
  EXPECT_LE(*opens, start + seconds{1}) << "and three more of others' in that moment";
  EXPECT_NEAR(sends(tried, start, *opens + seconds{10}), 100, 2);
}

TEST(rate_limit_test, worker_that_loses_partitions_goes_on_at_once_with_those_that_are_left) {
  rate_limit tried({{300, seconds{10}}});
  tried.set_share({{0, 1, 2, 3, 4, 5, 6, 7}, 8}, start, noon);
  EXPECT_NEAR(sends(tried, start + seconds{20}, start + seconds{40}), 600, 35);
  tried.set_share({{0, 1, 2, 3}, 8}, start + seconds{40}, noon);
  EXPECT_NEAR(sends(tried, start + seconds{40}, start + seconds{42}), 30, 4);
  EXPECT_NEAR(sends(tried, start + seconds{42}, start + seconds{50}), 120, 4);
}

TEST(rate_limit_test, handover_of_half_the_partitions_costs_half_a_burst) {
  rate_limit stays({{300, seconds{10}}});
  rate_limit comes_and_goes = stays;
  comes_and_goes.set_share({{}, 8}, start, noon);
  stays.set_share({{0, 1, 2, 3, 4, 5, 6, 7}, 8}, start, noon);
  int sent = 0;
  for (time_point now = start + seconds{20}; now < start + seconds{220}; now += seconds{20}) {
    stays.set_share({{0, 1, 2, 3}, 8}, now, noon);
    comes_and_goes.set_share({{4, 5, 6, 7}, 8}, now, noon);
    sent += sends(stays, now, now + seconds{10}) + sends(comes_and_goes, now, now + seconds{10});
    comes_and_goes.set_share({{}, 8}, now + seconds{10}, noon);
    stays.set_share({{0, 1, 2, 3, 4, 5, 6, 7}, 8}, now + seconds{10}, noon);
    sent += sends(stays, now + seconds{10}, now + seconds{20});
  }
  EXPECT_GE(sent, 20 * 292) << "a third of a second of ten, of half of them";
}

TEST(rate_limit_test, limit_of_fewer_requests_than_partitions_is_taken_in_turns) {
  rate_limit tried({{2, seconds{1}}});
  tried.set_share({{0, 1}, 8}, start, noon);
  EXPECT_NEAR(sends(tried, start, start + seconds{100}), 50, 3);
}

TEST(rate_limit_test, largest_limit_can_be_shared) {
  rate_limit tried({{std::numeric_limits<int>::max(), seconds{1}}});
  tried.set_share({{0}, 2}, start, noon);
  tried.set_share({{1}, std::numeric_limits<int>::max()}, start, noon);
  EXPECT_FALSE(tried.open(start));
  EXPECT_TRUE(tried.open(start + seconds{3}));
}

}  // namespace
}  // namespace leadrelay::delivery
