#include "delivery/told_budget.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using told = std::vector<providers::told_limit>;

/// How many may leave now.
int room(told_budget of, time_point now = start) {
  int out = 0;
  for (; out < 1000 && of.open(now); ++out) of.reserve();
  return out;
}

/// One that was told by the only request in flight.
told_budget told_once(const told& limits) {
  told_budget made;
  made.reserve();
  made.tell(limits, made.word(), 0, start);
  return made;
}

TEST(told_budget_test, told_nothing_it_is_open) {
  EXPECT_TRUE(told_budget{}.open(start));
  EXPECT_TRUE(told_once({}).open(start));
}

TEST(told_budget_test, as_many_leave_as_are_left_and_the_rest_at_the_reset) {
  told_budget tried = told_once({{2, seconds{5}}});
  tried.reserve();
  EXPECT_TRUE(tried.open(start));
  tried.reserve();
  EXPECT_FALSE(tried.open(start + seconds{4}));
  EXPECT_EQ(tried.opens_at(), start + seconds{5});
  EXPECT_TRUE(tried.open(start + seconds{5}));
}

TEST(told_budget_test, those_in_flight_may_not_be_counted_yet) {
  told_budget tried;
  tried.tell(told{{5, seconds{5}}}, tried.word(), 3, start);
  EXPECT_EQ(room(tried), 2);
  tried.tell(told{{1, seconds{5}}}, tried.word(), 3, start);
  EXPECT_EQ(room(tried), 0);
}

TEST(told_budget_test, all_limits_that_are_told_hold_at_once) {
  told_budget tried = told_once({{0, seconds{1}}, {3, hours{1}}, {9, minutes{1}}});
  EXPECT_FALSE(tried.open(start));
  EXPECT_EQ(tried.opens_at(), start + seconds{1});
  EXPECT_EQ(room(tried, start + seconds{1}), 3);
  for (int each = 0; each < 3; ++each) tried.reserve();
  EXPECT_EQ(tried.opens_at(), start + hours{1});
}

TEST(told_budget_test, answers_in_any_order_leave_what_the_last_counted_one_says) {
  std::vector<std::int64_t> answers{3, 4, 5, 6};
  do {
    told_budget tried;
    for (int each = 0; each < 4; ++each) tried.reserve();
    const std::uint64_t asked_in = tried.word();
    int in_flight = 4;
    for (const std::int64_t left : answers) {
      tried.tell(told{{left, minutes{1}}}, asked_in, --in_flight, start);
      ASSERT_LE(room(tried), 3);
    }
    EXPECT_EQ(room(tried), 3);
  } while (std::ranges::next_permutation(answers).found);
}

TEST(told_budget_test, answer_to_one_that_left_since_the_last_word_counts_as_it_is) {
  told_budget tried = told_once({{1, hours{1}}});
  tried.reserve();
  tried.tell(told{{7, minutes{1}}}, tried.word(), 0, start);
  EXPECT_EQ(room(tried), 7) << "a limit whose window slides";
  tried.reserve();
  tried.tell(told{{4, hours{2}}}, tried.word(), 0, start);
  EXPECT_EQ(room(tried), 4);
}

TEST(told_budget_test, late_answer_that_leaves_as_much_moves_the_reset_back_not_forward) {
  told_budget tried = told_once({{0, seconds{5}}});
  tried.tell(told{{0, seconds{7}}}, tried.word() - 1, 0, start);
  EXPECT_EQ(tried.opens_at(), start + seconds{7});
  tried.tell(told{{0, seconds{2}}}, tried.word() - 1, 0, start);
  EXPECT_EQ(tried.opens_at(), start + seconds{7});
}

TEST(told_budget_test, late_answer_after_the_reset_counts) {
  told_budget tried = told_once({{0, seconds{5}}});
  tried.tell(told{{3, minutes{1}}}, tried.word() - 1, 0, start + seconds{5});
  EXPECT_EQ(room(tried, start + seconds{5}), 3);
}

TEST(told_budget_test, late_answer_of_a_window_that_is_over_takes_nothing_from_what_stands) {
  told_budget tried;
  const auto asked_in = tried.word();
  for (int each = 0; each < 2; ++each) tried.reserve();
  tried.tell(told{{1, seconds{9}}}, asked_in, 1, start);
  tried.tell(told{{0, seconds{0}}}, asked_in, 0, start);
  EXPECT_EQ(room(tried), 1);
  EXPECT_EQ(room(tried, start + seconds{8}), 1);
}

TEST(told_budget_test, late_answer_lowers_each_limit_for_itself) {
  told_budget tried = told_once({{5, minutes{1}}, {2, hours{1}}});
  tried.tell(told{{3, minutes{1}}, {4, hours{1}}, {1, hours{2}}}, tried.word() - 1, 0, start);
  EXPECT_EQ(room(tried), 1);
  EXPECT_EQ(room(tried, start + hours{1}), 1);
  EXPECT_EQ(room(tried, start + hours{2}), 1000);
}

TEST(told_budget_test, what_ended_without_a_word_has_used_one_and_what_did_not_leave_has_not) {
  told_budget tried = told_once({{4, hours{1}}});
  tried.reserve();
  tried.reserve();
  tried.give_back();
  EXPECT_EQ(room(tried), 3);
}

TEST(told_budget_test, share_counts_of_what_was_told_too) {
  told_budget tried = told_once({{40, hours{1}}});
  tried.set_share(1, 4);
  EXPECT_EQ(room(tried), 10);
  tried.set_share(0, 4);
  EXPECT_FALSE(tried.open(start));
  tried.set_share(3, 4);
  EXPECT_EQ(room(tried), 30) << "an eager rebalance gives back what it took";
}

}  // namespace
}  // namespace leadrelay::delivery
