#include "delivery/told_budget.hpp"

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

TEST(told_budget_test, told_nothing_it_is_open) { EXPECT_TRUE(told_budget{}.open(start)); }

TEST(told_budget_test, as_many_leave_as_are_left_and_the_rest_at_the_reset) {
  told_budget tried;
  tried.tell(2, start + seconds{5});
  tried.reserve();
  EXPECT_TRUE(tried.open(start));
  tried.reserve();
  EXPECT_FALSE(tried.open(start + seconds{4}));
  EXPECT_EQ(tried.opens_at(), start + seconds{5});
  EXPECT_TRUE(tried.open(start + seconds{5}));
}

TEST(told_budget_test, less_than_none_left_is_none) {
  told_budget tried;
  tried.tell(-3, start + seconds{5});
  EXPECT_FALSE(tried.open(start));
  tried.reserve();
  EXPECT_FALSE(tried.open(start));
}

TEST(told_budget_test, last_word_counts) {
  told_budget tried;
  tried.tell(0, start + hours{1});
  tried.tell(1, start + seconds{5});
  EXPECT_TRUE(tried.open(start));
}

}  // namespace
}  // namespace leadrelay::delivery
