#include "delivery/budget.hpp"

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

TEST(budget_test, new_one_holds_nothing_and_is_not_full) {
  const budget fresh(100);
  EXPECT_EQ(fresh.held(), 0u);
  EXPECT_EQ(fresh.most(), 100u);
  EXPECT_FALSE(fresh.full());
}

TEST(budget_test, full_exactly_at_the_budget) {
  budget tried(100);
  tried.take(99);
  EXPECT_FALSE(tried.full());
  tried.take(1);
  EXPECT_TRUE(tried.full());
  EXPECT_EQ(tried.held(), 100u);
}

TEST(budget_test, one_event_larger_than_the_budget_fills_it_and_is_counted_whole) {
  budget tried(100);
  tried.take(1'000'000);
  EXPECT_TRUE(tried.full());
  EXPECT_EQ(tried.held(), 1'000'000u);
  tried.give(1'000'000);
  EXPECT_FALSE(tried.full());
  EXPECT_EQ(tried.held(), 0u);
}

TEST(budget_test, stays_full_down_to_three_quarters_and_opens_below) {
  budget tried(100);
  tried.take(100);
  tried.give(24);
  EXPECT_TRUE(tried.full());
  tried.give(1);
  EXPECT_EQ(tried.held(), 75u);
  EXPECT_TRUE(tried.full());
  tried.give(1);
  EXPECT_FALSE(tried.full());
}

TEST(budget_test, opened_again_it_takes_up_to_the_budget_again) {
  budget tried(100);
  tried.take(100);
  tried.give(26);
  tried.take(25);
  EXPECT_EQ(tried.held(), 99u);
  EXPECT_FALSE(tried.full());
  tried.take(1);
  EXPECT_TRUE(tried.full());
}

TEST(budget_test, below_the_budget_giving_and_taking_at_three_quarters_changes_nothing) {
  budget tried(100);
  tried.take(80);
  tried.give(5);
  EXPECT_FALSE(tried.full());
  tried.take(5);
  EXPECT_FALSE(tried.full());
}

TEST(budget_test, nothing_taken_or_given_changes_nothing) {
  budget tried(100);
  tried.take(0);
  tried.give(0);
  EXPECT_FALSE(tried.full());
  tried.take(100);
  tried.take(0);
  tried.give(0);
  EXPECT_TRUE(tried.full());
}

TEST(budget_test, budgets_beyond_32_bits_are_counted) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  budget tried(most);
  tried.take(most - 1);
  EXPECT_FALSE(tried.full());
  tried.take(1);
  EXPECT_TRUE(tried.full());
  tried.give(most / 4);
  EXPECT_TRUE(tried.full());
  tried.give(1);
  EXPECT_FALSE(tried.full());
}

// Three quarters of a budget that four does not divide is no whole number; below is below all the same.
TEST(budget_test, random_takes_and_gives_follow_the_rule_in_exact_arithmetic) {
  for (std::uint64_t most = 1; most <= 40; ++most) {
    SCOPED_TRACE(most);
    dice random(most);
    budget tried(most);
    std::uint64_t held = 0;
    bool full = false;
    for (int step = 0; step < 500; ++step) {
      if (held > 0 && random.once_in(2)) {
        const auto bytes = static_cast<std::uint64_t>(random.between(0, static_cast<std::int64_t>(held)));
        tried.give(bytes);
        held -= bytes;
        if (4 * held < 3 * most) full = false;
      } else {
        const auto bytes = static_cast<std::uint64_t>(random.between(0, static_cast<std::int64_t>(most / 2 + 1)));
        tried.take(bytes);
        held += bytes;
        if (held >= most) full = true;
      }
      ASSERT_EQ(tried.held(), held);
      ASSERT_EQ(tried.full(), full) << "held " << held;
    }
  }
}

}  // namespace
}  // namespace leadrelay::delivery
