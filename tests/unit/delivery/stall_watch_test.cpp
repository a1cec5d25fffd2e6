#include "delivery/stall_watch.hpp"

#include <gtest/gtest.h>

namespace leadrelay::delivery {
namespace {

using namespace std::chrono_literals;
using finding = stall_watch::finding;

constexpr time_point start{1h};

TEST(stall_watch_test, the_same_oldest_record_for_a_minute_is_a_stall_told_once) {
  stall_watch watch;
  EXPECT_EQ(watch.look(5, 3, start), finding::nothing_new);
  EXPECT_EQ(watch.look(5, 9, start + 59s), finding::nothing_new);
  EXPECT_EQ(watch.look(5, 9, start + 60s), finding::stalled);
  EXPECT_TRUE(watch.stalled());
  EXPECT_EQ(watch.look(5, 9, start + 10h), finding::nothing_new);
}

TEST(stall_watch_test, progress_ends_a_stall_and_starts_the_minute_anew) {
  stall_watch watch;
  watch.look(5, 1, start);
  watch.look(5, 1, start + 1min);
  EXPECT_EQ(watch.look(6, 1, start + 61s), finding::moves_again);
  EXPECT_FALSE(watch.stalled());
  EXPECT_EQ(watch.look(6, 1, start + 120s), finding::nothing_new);
  EXPECT_EQ(watch.look(6, 1, start + 121s), finding::stalled);
}

TEST(stall_watch_test, a_partition_without_work_never_stalls) {
  stall_watch watch;
  for (int minute = 0; minute < 10; ++minute) EXPECT_EQ(watch.look(5, 0, start + minute * 1min), finding::nothing_new);
  EXPECT_EQ(watch.look(5, 1, start + 10min), finding::nothing_new);
  EXPECT_EQ(watch.look(5, 1, start + 11min - 1s), finding::nothing_new);
}

TEST(stall_watch_test, work_that_ends_during_a_stall_ends_it) {
  stall_watch watch;
  watch.look(5, 1, start);
  watch.look(5, 1, start + 1min);
  EXPECT_EQ(watch.look(6, 0, start + 2min), finding::moves_again);
}

}  // namespace
}  // namespace leadrelay::delivery
