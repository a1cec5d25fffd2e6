#include "delivery/sliding_window.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

void leave_now(sliding_window& from, time_point now) {
  from.reserve();
  from.send(now);
}

/// How many more it admits at once.
int admits(sliding_window& tried, time_point now) {
  int count = 0;
  for (; tried.open(now) && count < 1000; ++count) tried.reserve();
  for (int each = 0; each < count; ++each) tried.cancel();
  return count;
}

TEST(sliding_window_test, as_many_leave_at_once_as_it_says) {
  sliding_window tried(5, seconds{1});
  for (int left = 5; left > 0; --left) {
    EXPECT_EQ(admits(tried, start), left);
    leave_now(tried, start);
  }
  EXPECT_FALSE(tried.open(start));
}

TEST(sliding_window_test, open_at_the_very_start_of_the_clock) {
  const sliding_window tried(1, hours{1});
  EXPECT_TRUE(tried.open(time_point{}));
  EXPECT_LE(tried.opens_at(), time_point{});
}

TEST(sliding_window_test, full_one_opens_when_its_oldest_has_left_it) {
  sliding_window tried(2, seconds{1});
  leave_now(tried, start);
  leave_now(tried, start + milliseconds{300});
  EXPECT_EQ(tried.opens_at(), start + seconds{1});
  EXPECT_FALSE(tried.open(start + seconds{1} - nanoseconds{1}));
  EXPECT_TRUE(tried.open(start + seconds{1}));
  leave_now(tried, start + seconds{1});
  EXPECT_EQ(tried.opens_at(), start + milliseconds{1300});
}

TEST(sliding_window_test, reserved_requests_count_before_they_leave) {
  sliding_window tried(3, seconds{1});
  tried.reserve();
  tried.reserve();
  EXPECT_EQ(admits(tried, start), 1);
  EXPECT_EQ(admits(tried, start + hours{1}), 1) << "a reservation does not age";
}

TEST(sliding_window_test, cancelled_reservation_gives_its_place_back) {
  sliding_window tried(1, seconds{1});
  tried.reserve();
  EXPECT_FALSE(tried.open(start));
  tried.cancel();
  EXPECT_TRUE(tried.open(start));
}

TEST(sliding_window_test, counts_from_when_it_left_not_from_the_reservation) {
  sliding_window tried(1, seconds{1});
  tried.reserve();
  tried.send(start + milliseconds{700});
  EXPECT_FALSE(tried.open(start + milliseconds{1500}));
  EXPECT_EQ(tried.opens_at(), start + milliseconds{1700});
}

TEST(sliding_window_test, all_places_reserved_only_the_end_of_one_opens) {
  sliding_window tried(2, seconds{1});
  tried.reserve();
  tried.reserve();
  EXPECT_EQ(tried.opens_at(), std::nullopt);
  tried.send(start);
  EXPECT_EQ(tried.opens_at(), start + seconds{1});
}

TEST(sliding_window_test, reserved_and_left_together_open_when_the_oldest_leaves) {
  sliding_window tried(3, seconds{1});
  leave_now(tried, start);
  leave_now(tried, start + milliseconds{10});
  tried.reserve();
  EXPECT_EQ(tried.opens_at(), start + seconds{1});
}

TEST(sliding_window_test, smaller_one_counts_what_has_left) {
  sliding_window tried(10, seconds{1});
  for (int each = 0; each < 6; ++each) leave_now(tried, start + milliseconds{each});
  tried.resize(5);
  EXPECT_FALSE(tried.open(start + milliseconds{6}));
  EXPECT_EQ(tried.opens_at(), start + milliseconds{1001}) << "two must leave the window";
}

TEST(sliding_window_test, larger_one_counts_what_has_left) {
  sliding_window tried(5, seconds{1});
  for (int each = 0; each < 5; ++each) leave_now(tried, start);
  tried.resize(10);
  EXPECT_EQ(admits(tried, start), 5);
}

TEST(sliding_window_test, of_no_requests_never_opens) {
  sliding_window tried(2, seconds{1});
  tried.resize(0);
  EXPECT_FALSE(tried.open(start));
  EXPECT_EQ(tried.opens_at(), std::nullopt);
}

TEST(sliding_window_test, smaller_than_is_reserved_waits_for_reservations) {
  sliding_window tried(4, seconds{1});
  for (int each = 0; each < 4; ++each) tried.reserve();
  tried.resize(2);
  tried.cancel();
  tried.cancel();
  EXPECT_EQ(tried.opens_at(), std::nullopt);
  tried.cancel();
  EXPECT_TRUE(tried.open(start));
}

TEST(sliding_window_test, counted_requests_come_free_one_by_one_as_if_they_had_left_evenly) {
  sliding_window tried(4, seconds{1});
  tried.count_as_sent(4, start, start);
  for (const auto& [after, expected] : std::vector<std::pair<duration, int>>{{milliseconds{0}, 0},
                                                                             {milliseconds{249}, 0},
                                                                             {milliseconds{250}, 1},
                                                                             {milliseconds{500}, 2},
                                                                             {milliseconds{750}, 3},
                                                                             {milliseconds{999}, 3},
                                                                             {milliseconds{1000}, 4}})
    EXPECT_EQ(admits(tried, start + after), expected) << after.count();
  EXPECT_EQ(tried.opens_at(), start + milliseconds{250});
}

TEST(sliding_window_test, counted_requests_stay_beside_those_that_left) {
  sliding_window tried(4, seconds{1});
  leave_now(tried, start);
  leave_now(tried, start);
  tried.count_as_sent(2, start + milliseconds{500}, start);
  EXPECT_EQ(tried.opens_at(), start + seconds{1}) << "both that left, and the first that is counted";
  EXPECT_EQ(admits(tried, start + seconds{1}), 3);
  EXPECT_EQ(admits(tried, start + milliseconds{1500}), 4);
}

TEST(sliding_window_test, counted_again_what_is_left_is_spread_anew) {
  sliding_window tried(10, seconds{1});
  tried.count_as_sent(4, start, start);
  tried.count_as_sent(4, start + milliseconds{500}, start + milliseconds{500});  // two are left of the first four
  EXPECT_EQ(admits(tried, start + milliseconds{500}), 4);
  EXPECT_EQ(admits(tried, start + milliseconds{1000}), 7);
  EXPECT_EQ(admits(tried, start + milliseconds{1500}), 10);
}

TEST(sliding_window_test, forgotten_requests_are_as_evenly_spread_as_all) {
  sliding_window tried(8, seconds{1});
  for (int each = 0; each < 8; ++each) leave_now(tried, start + each * milliseconds{100});
  const time_point now = start + milliseconds{800};
  tried.forget(4, now, now);
  tried.resize(4);
  EXPECT_EQ(admits(tried, now), 0) << "four are left, of eight";
  EXPECT_EQ(admits(tried, start + milliseconds{1100}), 1);
  EXPECT_EQ(admits(tried, start + milliseconds{1300}), 2);
  EXPECT_EQ(admits(tried, start + milliseconds{1500}), 3);
  EXPECT_EQ(admits(tried, start + milliseconds{1700}), 4);
}

TEST(sliding_window_test, no_more_is_forgotten_than_would_have_left_evenly) {
  sliding_window tried(8, seconds{1});
  for (int each = 0; each < 8; ++each) leave_now(tried, start);
  tried.forget(4, start, start);
  EXPECT_EQ(admits(tried, start + milliseconds{999}), 1) << "the others may all have been somebody else's second to fourth of that moment";
  sliding_window later(8, seconds{1});
  for (int each = 0; each < 8; ++each) leave_now(later, start);
  later.forget(4, start + milliseconds{500}, start + milliseconds{500});
  EXPECT_EQ(admits(later, start + milliseconds{999}), 3);
}

TEST(sliding_window_test, reserved_requests_are_never_forgotten) {
  sliding_window tried(4, seconds{1});
  for (int each = 0; each < 4; ++each) tried.reserve();
  tried.forget(4, start + seconds{1}, start);
  EXPECT_FALSE(tried.open(start));
  for (int each = 0; each < 4; ++each) tried.send(start);
  EXPECT_FALSE(tried.open(start));
}

/// The window as its header tells it: every send is kept for ever and counted anew for every question.
struct reference {
  std::int64_t requests;
  duration per;
  std::int64_t reserved = 0;
  std::vector<time_point> sent;

  bool open(time_point now) const {
    return reserved + std::ranges::count_if(sent, [&](time_point at) { return at + per > now; }) < requests;
  }
  std::optional<time_point> opens_at(time_point now) const {
    if (open(now)) return now;
    std::vector<time_point> ends;
    for (const time_point at : sent) ends.push_back(at + per);
    std::ranges::sort(ends);
    for (const time_point end : ends)
      if (end > now && open(end)) return end;
    return std::nullopt;
  }
};

TEST(sliding_window_test, random_schedules_agree_with_counting_all_anew) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    dice random(seed);
    const std::int64_t requests = random.between(1, 12);
    sliding_window tried(requests, milliseconds{120});
    reference model{requests, milliseconds{120}, 0, {}};
    time_point now = start;
    for (int step = 0; step < 300; ++step) {
      const auto opens = model.opens_at(now);
      ASSERT_EQ(tried.open(now), model.open(now));
      ASSERT_EQ(tried.opens_at().has_value(), opens.has_value());
      if (opens) {
        ASSERT_EQ(std::max(*tried.opens_at(), now), *opens);
      }
      // Often exactly where it opens, or just before, for that is where a mistake would show.
      now = opens && random.once_in(3) ? std::max(now, *opens - nanoseconds{random.between(0, 1)})
                                       : now + random.between(nanoseconds{0}, milliseconds{20});
      if (model.reserved > 0 && random.once_in(2)) {
        --model.reserved;
        if (random.once_in(5)) {
          tried.cancel();
        } else {
          tried.send(now);
          model.sent.push_back(now);
        }
      } else if (random.once_in(20)) {
        model.requests = random.between(0, 12);
        tried.resize(model.requests);
      } else if (model.open(now)) {
        tried.reserve();
        ++model.reserved;
      }
    }
  }
}

}  // namespace
}  // namespace leadrelay::delivery
