#include "delivery/pace.hpp"

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

TEST(pace_test, few_requests_keep_the_interval) {
  pace tried(5, seconds{1});
  EXPECT_LE(tried.opens_at(), start);
  tried.send(start);
  EXPECT_EQ(tried.opens_at(), start + milliseconds{200});
}

TEST(pace_test, a_tenth_may_leave_at_once_then_one_an_interval) {
  pace tried(30, seconds{3});
  for (int each = 0; each < 3; ++each) {
    EXPECT_LE(tried.opens_at(), start);
    tried.send(start);
  }
  EXPECT_EQ(tried.opens_at(), start + milliseconds{100});
  tried.send(start + milliseconds{100});
  EXPECT_EQ(tried.opens_at(), start + milliseconds{200});
}

TEST(pace_test, a_longer_window_earns_a_lesser_part_at_once) {
  EXPECT_EQ(pace::at_once(100, seconds{1}), 10);
  EXPECT_EQ(pace::at_once(300, seconds{10}), 10);
  EXPECT_EQ(pace::at_once(100, hours{1}), 5);
  EXPECT_EQ(pace::at_once(10, minutes{1}), 1);
  EXPECT_EQ(pace::at_once(250'000, hours{24}), 2500);
  EXPECT_EQ(pace::at_once(1, milliseconds{1}), 1);
  EXPECT_EQ(pace::at_once(1'000'000, hours{24} * 31), 10'000);
}

TEST(pace_test, share_may_burst_for_no_longer_than_the_whole) {
  pace tried(100, seconds{10});
  EXPECT_EQ(tried.burst(), milliseconds{500});
  tried.resize(50, seconds{10});
  for (int each = 0; each < 2; ++each) tried.send(start);
  EXPECT_EQ(tried.opens_at(), start + milliseconds{100});
  tried.resize(10, seconds{10});
  tried.send(start + seconds{1});
  EXPECT_EQ(tried.opens_at(), start + seconds{2});
  EXPECT_EQ(tried.burst(), milliseconds{500});
}

TEST(pace_test, one_that_is_late_takes_nothing_from_the_next) {
  pace tried(20, seconds{2});
  for (int each = 0; each < 2; ++each) tried.send(start);
  tried.send(start + milliseconds{130});
  EXPECT_EQ(tried.opens_at(), start + milliseconds{200});
}

TEST(pace_test, what_did_not_leave_is_given_back) {
  pace tried(5, seconds{1});
  tried.send(start);
  tried.take_back();
  EXPECT_LE(tried.opens_at(), start);
}

TEST(pace_test, time_waited_for_a_full_window_earns_nothing) {
  pace tried(30, seconds{3});
  for (int each = 0; each < 3; ++each) tried.send(start);
  tried.forfeit(start + seconds{2});
  tried.send(start + seconds{2});
  EXPECT_EQ(tried.opens_at(), start + seconds{2} + milliseconds{100});
}

TEST(pace_test, no_requests_are_no_division_by_zero) {
  pace tried(0, seconds{1});
  tried.send(start);
  EXPECT_EQ(tried.opens_at(), start + seconds{1});
}

}  // namespace
}  // namespace leadrelay::delivery
