#include "sandbox/arrivals.hpp"

#include <random>

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using std::chrono::milliseconds;

time_point at(int ms) { return time_point{milliseconds{ms}}; }

TEST(arrival_log, most_within_is_that_of_the_fullest_window) {
  arrival_log log(100);
  for (const int ms : {0, 400, 500, 999, 1000, 1399, 3000}) log.add(at(ms));
  EXPECT_EQ(log.most_within(milliseconds{1000}), 5u);  // 400 to 1399; 1400 would be outside
  EXPECT_EQ(log.most_within(milliseconds{999}), 4u);
  EXPECT_EQ(log.most_within(milliseconds{1}), 1u);
  EXPECT_EQ(log.most_within(milliseconds{10'000}), 7u);
}

TEST(arrival_log, arrivals_one_window_apart_are_not_in_one_window) {
  arrival_log log(100);
  log.add(at(0));
  log.add(at(1000));
  EXPECT_EQ(log.most_within(milliseconds{1000}), 1u);
  EXPECT_EQ(log.most_within(milliseconds{1001}), 2u);
}

TEST(arrival_log, only_the_newest_are_kept) {
  arrival_log log(3);
  for (int i = 0; i < 10; ++i) log.add(at(i < 5 ? 0 : i * 1000));
  EXPECT_EQ(log.kept(), 3u);
  EXPECT_EQ(log.total(), 10u);
  EXPECT_EQ(log.most_within(milliseconds{1001}), 2u);
}

TEST(arrival_log, nothing_is_kept_where_none_is_wanted) {
  arrival_log log(0);
  log.add(at(1));
  EXPECT_EQ(log.most_within(milliseconds{1000}), 0u);
  EXPECT_EQ(log.total(), 1u);
}

TEST(sliding_limit, no_window_ever_holds_more_than_it_allows) {
  sliding_limit limit({7, milliseconds{100}});
  arrival_log admitted(100'000);
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (int ms = 0; ms < 20'000; ms += static_cast<int>(random() % 20)) {
    if (limit.admit(at(ms))) {
      admitted.add(at(ms));
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100u);
  EXPECT_EQ(admitted.most_within(milliseconds{100}), 7u);
}

TEST(sliding_limit, place_is_free_when_the_oldest_has_left) {
  sliding_limit limit({2, milliseconds{100}});
  EXPECT_EQ(limit.until_oldest_leaves(at(0)), milliseconds{100});
  EXPECT_TRUE(limit.admit(at(0)));
  EXPECT_TRUE(limit.admit(at(10)));
  EXPECT_FALSE(limit.admit(at(99)));
  EXPECT_EQ(limit.until_free(at(60)), milliseconds{40});
  EXPECT_TRUE(limit.admit(at(100)));
  EXPECT_FALSE(limit.admit(at(109)));
  EXPECT_EQ(limit.remaining(at(110)), 1u);
  EXPECT_EQ(limit.until_free(at(110)), duration::zero());
}

}  // namespace
}  // namespace leadrelay::sandbox
