#include "delivery/recent_counts.hpp"

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

TEST(recent_counts_test, what_is_added_counts_for_thirty_seconds) {
  recent_counts of;
  of.add(start);
  of.add(start + seconds{10});
  EXPECT_EQ(of.count(start + seconds{29}), 2);
  EXPECT_EQ(of.count(start + seconds{30}), 1);
  EXPECT_EQ(of.count(start + seconds{39}), 1);
  EXPECT_EQ(of.count(start + seconds{40}), 0);
}

TEST(recent_counts_test, what_is_taken_back_counts_no_more_and_what_is_forgotten_is_not_taken_back_twice) {
  recent_counts of;
  of.add(start);
  of.add(start + seconds{5});
  of.take_back(start, start + seconds{6});
  EXPECT_EQ(of.count(start + seconds{6}), 1);
  of.take_back(start, start + seconds{6});
  EXPECT_EQ(of.count(start + seconds{6}), 1);
  of.take_back(start + seconds{5}, start + hours{1});
  EXPECT_EQ(of.count(start + hours{1}), 0);
}

TEST(recent_counts_test, count_after_tells_what_time_alone_leaves) {
  dice random(1);
  recent_counts of;
  time_point now = start;
  for (int each = 0; each < 2000; ++each) {
    now += random.between(nanoseconds{0}, seconds{2});
    for (auto more = random.between(0, 3); more > 0; --more) of.add(now);
    ASSERT_GE(of.count(now), 0);
    const auto later = random.between(0, 35);
    const std::int64_t expected = of.count_after(later);
    recent_counts copy = of;
    ASSERT_EQ(copy.count(now + seconds{later}), expected);
  }
}

}  // namespace
}  // namespace leadrelay::delivery
