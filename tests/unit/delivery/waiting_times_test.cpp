#include "delivery/waiting_times.hpp"

#include <gtest/gtest.h>

namespace leadrelay::delivery {
namespace {

wall_time at(std::int64_t seconds) { return wall_time{std::chrono::seconds{seconds}}; }

TEST(waiting_times, oldest_is_the_earliest_that_still_waits_to_the_second) {
  waiting_times times;
  EXPECT_EQ(times.oldest(), std::nullopt);
  times.add(7'900);
  times.add(5'100);
  times.add(5'999);
  EXPECT_EQ(times.oldest(), at(5));
  times.remove(5'100);
  EXPECT_EQ(times.oldest(), at(5));
  times.remove(5'999);
  EXPECT_EQ(times.oldest(), at(7));
  times.remove(7'900);
  EXPECT_EQ(times.oldest(), std::nullopt);
}

TEST(waiting_times, change_without_a_time_counts_nowhere) {
  waiting_times times;
  times.add(-1);
  EXPECT_EQ(times.oldest(), std::nullopt);
  times.add(500);
  times.remove(-1);
  EXPECT_EQ(times.oldest(), at(0));
}

}  // namespace
}  // namespace leadrelay::delivery
