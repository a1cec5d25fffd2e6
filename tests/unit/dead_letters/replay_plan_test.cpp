#include "dead_letters/replay_plan.hpp"

#include <gmock/gmock.h>

namespace leadrelay::dead_letters {
namespace {

lead_marks of(const std::string& id) { return marks_of(lead_name{"acme", "e", id, "", ""}, {}); }

TEST(replay_plan, each_letter_is_in_one_pass_and_the_spans_cover_it) {
  replay_plan plan;
  plan.add({0, 5, 1, 90}, of("a"));
  plan.add({0, 9, 1, 80}, of("a"));
  plan.add({1, 2, 2, 7}, of("b"));
  plan.complete();
  EXPECT_EQ(plan.passes(), 2);
  EXPECT_EQ(plan.find(0, 9, 0), 1u);
  EXPECT_EQ(plan.find(0, 5, 1), 0u);
  EXPECT_FALSE(plan.find(0, 5, 0));
  EXPECT_FALSE(plan.find(0, 6, 0));
  EXPECT_EQ(plan.where(0, 0).begin, 9);
  EXPECT_EQ(plan.where(0, 0).end, 10);
  EXPECT_EQ(plan.where(0, 1).begin, 5);
  EXPECT_EQ(plan.where(1, 1).begin, -1);
  EXPECT_EQ(plan.oldest(1), 80);
  EXPECT_EQ(plan.oldest(2), 7);
  EXPECT_FALSE(plan.oldest(0));
}

TEST(replay_plan, nothing_planned_takes_no_pass) {
  replay_plan plan;
  plan.complete();
  EXPECT_EQ(plan.passes(), 0);
}

TEST(hindrance, each_has_a_word_and_says_what_to_do) {
  for (int index = 0; index < hindrance_count; ++index) {
    EXPECT_FALSE(to_string(static_cast<hindrance>(index)).empty());
    EXPECT_GT(explain(static_cast<hindrance>(index)).size(), 20u);
  }
}

}  // namespace
}  // namespace leadrelay::dead_letters
