#include "delivery/read_ahead.hpp"

#include <gtest/gtest.h>

namespace leadrelay::delivery {
namespace {

void hold(read_ahead& by, int changes) {
  for (; changes > 0; --changes) by.take();
  for (; changes < 0; ++changes) by.give();
}

TEST(read_ahead_test, what_is_enough_stands_until_less_than_half_of_it_is_left) {
  read_ahead tried;
  tried.set_enough(10);
  hold(tried, 9);
  EXPECT_FALSE(tried.is_enough());
  hold(tried, 1);
  EXPECT_TRUE(tried.is_enough());
  hold(tried, -5);
  EXPECT_TRUE(tried.is_enough());
  hold(tried, -1);
  EXPECT_FALSE(tried.is_enough());
  hold(tried, 5);
  EXPECT_FALSE(tried.is_enough());
}

TEST(read_ahead_test, other_number_holds_at_once) {
  read_ahead tried;
  hold(tried, 100);
  EXPECT_FALSE(tried.is_enough());
  tried.set_enough(100);
  EXPECT_TRUE(tried.is_enough());
  tried.set_enough(300);
  EXPECT_FALSE(tried.is_enough());
}

TEST(read_ahead_test, one_is_enough_while_it_is_held) {
  read_ahead tried;
  tried.set_enough(1);
  hold(tried, 1);
  EXPECT_TRUE(tried.is_enough());
  hold(tried, -1);
  EXPECT_FALSE(tried.is_enough());
}

}  // namespace
}  // namespace leadrelay::delivery
