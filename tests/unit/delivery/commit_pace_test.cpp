#include "delivery/commit_pace.hpp"

#include <gtest/gtest.h>

namespace leadrelay::delivery {
namespace {

using namespace std::chrono_literals;

const time_point start = time_point{} + 1h;

/// A pace whose last commit left at `start`, and was made in a moment.
commit_pace begun() {
  commit_pace pace;
  pace.ask(haste::at_once);
  pace.make();
  pace.send(start, start);
  return pace;
}

TEST(commit_pace_test, none_is_due_until_one_is_asked_for) {
  commit_pace pace;
  EXPECT_FALSE(pace.is_asked_for());
  EXPECT_EQ(pace.due(), time_point::max());
  pace.ask(haste::within_interval);
  EXPECT_TRUE(pace.is_asked_for());
  pace.make();
  EXPECT_FALSE(pace.is_asked_for());
}

TEST(commit_pace_test, is_due_so_long_after_the_last_one_as_whoever_is_in_most_haste_can_wait) {
  commit_pace pace = begun();
  pace.ask(haste::within_interval);
  EXPECT_EQ(pace.due(), start + 100ms);
  pace.ask(haste::soon);
  EXPECT_EQ(pace.due(), start + 10ms);
  pace.ask(haste::at_once);
  EXPECT_EQ(pace.due(), start + 1ms);
  pace.ask(haste::within_interval);
  EXPECT_EQ(pace.due(), start + 1ms);
}

TEST(commit_pace_test, commits_that_take_long_to_make_take_no_more_than_a_fifth_of_the_time) {
  commit_pace pace;
  pace.send(start - 20ms, start);
  pace.ask(haste::at_once);
  EXPECT_EQ(pace.due(), start + 80ms);
  pace.make();
  pace.send(start + 80ms, start + 81ms);
  pace.ask(haste::at_once);
  EXPECT_EQ(pace.due(), start + 85ms);
}

TEST(commit_pace_test, waits_no_longer_for_what_took_long_to_make_than_where_nobody_is_in_haste) {
  commit_pace pace;
  pace.send(start - 1s, start);
  pace.ask(haste::at_once);
  EXPECT_EQ(pace.due(), start + 100ms);
}

TEST(commit_pace_test, none_leaves_within_the_interval_after_one_that_failed) {
  commit_pace pace = begun();
  pace.put_off(start + 30ms);
  EXPECT_EQ(pace.due(), start + 130ms) << "the same is to be committed again";
  pace.ask(haste::at_once);
  EXPECT_EQ(pace.due(), start + 130ms);
  pace.ask_for(start + 50ms);
  EXPECT_EQ(pace.due(), start + 130ms);
}

TEST(commit_pace_test, can_be_asked_for_a_time) {
  commit_pace pace = begun();
  pace.ask_for(start + 5s);
  EXPECT_EQ(pace.due(), start + 5s);
  pace.ask_for(start + 7s);
  EXPECT_EQ(pace.due(), start + 5s);
  pace.ask(haste::within_interval);
  EXPECT_EQ(pace.due(), start + 100ms);
}

TEST(commit_pace_test, runs_out_where_fewer_are_left_than_go_in_four_times_what_commits_take) {
  commit_pace pace = begun();
  pace.acknowledge(start + 10ms);
  // 200 in 20 ms, 10 a millisecond: 400 while four commits are acknowledged.
  EXPECT_FALSE(pace.runs_out(401, 200, start + 20ms));
  EXPECT_TRUE(pace.runs_out(400, 200, start + 20ms));
  EXPECT_FALSE(pace.runs_out(400, 200, start + 21ms));
}

TEST(commit_pace_test, the_time_that_commits_take_is_learnt) {
  commit_pace pace = begun();
  for (int index = 0; index < 50; ++index) {
    pace.send(start, start);
    pace.acknowledge(start + 2ms);
  }
  EXPECT_FALSE(pace.runs_out(100, 200, start + 20ms));
  EXPECT_TRUE(pace.runs_out(80, 200, start + 20ms));
  pace.send(start, start);
  pace.acknowledge(start + 42ms);
  EXPECT_FALSE(pace.runs_out(500, 200, start + 20ms)) << "one that was late counts for a quarter";
  EXPECT_TRUE(pace.runs_out(479, 200, start + 20ms));
  pace.send(start, start);
  pace.acknowledge(start + 1min);
  EXPECT_FALSE(pace.runs_out(1361, 200, start + 20ms)) << "a minute counts as 100 ms";
}

TEST(commit_pace_test, a_burst_just_after_a_commit_does_not_run_out) {
  commit_pace pace = begun();
  EXPECT_FALSE(pace.runs_out(500, 100, start + 1ms));
  EXPECT_TRUE(pace.runs_out(400, 100, start + 1ms));
}

TEST(commit_pace_test, nobody_waits_in_vain) {
  commit_pace pace = begun();
  EXPECT_FALSE(pace.runs_out(1, 0, start + 1h));
  EXPECT_TRUE(pace.runs_out(0, 0, start + 1h));
}

TEST(commit_crowd_test, counts_those_that_have_come_to_wait_for_the_last_commit) {
  commit_crowd crowd;
  EXPECT_EQ(crowd.waiting_for(1), 0u);
  crowd.add(1);
  crowd.add(1);
  EXPECT_EQ(crowd.waiting_for(1), 2u);
  EXPECT_EQ(crowd.waiting_for(2), 0u);
  crowd.add(2);
  crowd.add(1);
  crowd.add(0);
  crowd.add(2);
  EXPECT_EQ(crowd.waiting_for(2), 2u);
  EXPECT_EQ(crowd.waiting_for(1), 0u);
}

}  // namespace
}  // namespace leadrelay::delivery
