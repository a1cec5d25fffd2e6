#include "delivery/retry_budget.hpp"

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

int taken_at(retry_budget& of, time_point now) {
  int taken = 0;
  while (of.open(now) && taken < 10'000) {
    of.take(now);
    of.count(now);
    ++taken;
  }
  return taken;
}

TEST(retry_budget_test, three_retries_need_no_requests) {
  retry_budget of;
  EXPECT_EQ(taken_at(of, start), 3);
}

TEST(retry_budget_test, of_many_requests_a_fifth_may_be_retries) {
  retry_budget of;
  for (int each = 0; each < 400; ++each) of.count(start);
  EXPECT_EQ(taken_at(of, start), 99) << "a fifth of the 499 that leave";
}

TEST(retry_budget_test, three_are_earned_again_as_time_passes_though_nothing_else_happens) {
  retry_budget of;
  EXPECT_EQ(taken_at(of, start), 3);
  const time_point again = of.opens_at(start);
  EXPECT_EQ(again, start + seconds{30});
  EXPECT_FALSE(of.open(again - nanoseconds{1}));
  EXPECT_EQ(taken_at(of, again), 3);
}

TEST(retry_budget_test, a_retry_that_went_well_is_given_back) {
  retry_budget of;
  EXPECT_EQ(taken_at(of, start), 3);
  of.give_back(start, start + seconds{1});
  EXPECT_EQ(taken_at(of, start + seconds{1}), 1);
}

TEST(retry_budget_test, the_time_it_tells_is_the_time_it_opens) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    dice random(seed);
    retry_budget of;
    time_point now = start;
    for (int each = 0; each < 300; ++each) {
      now += random.between(nanoseconds{0}, milliseconds{500});
      of.count(now);
      if (of.open(now) && random.once_in(2)) of.take(now);
      if (of.open(now)) continue;
      const time_point opens = of.opens_at(now);
      ASSERT_LE(opens - now, seconds{30});
      retry_budget copy = of;
      ASSERT_FALSE(copy.open(opens - nanoseconds{1})) << "seed " << seed;
      ASSERT_TRUE(copy.open(opens)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace leadrelay::delivery
