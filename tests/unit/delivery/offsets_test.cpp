#include "delivery/offsets.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using place = std::optional<std::int64_t>;

TEST(offsets_test, nothing_taken_nothing_to_commit) {
  const offsets fresh;
  EXPECT_EQ(fresh.committable(), std::nullopt);
  EXPECT_FALSE(fresh.ahead_of_broker());
  EXPECT_EQ(fresh.outstanding(), 0u);
}

TEST(offsets_test, first_record_unsettled_is_where_a_restart_reads_on) {
  offsets tried;
  EXPECT_TRUE(tried.take(0));
  EXPECT_EQ(tried.committable(), place{0});
  EXPECT_EQ(tried.outstanding(), 1u);
  tried.settle(0);
  EXPECT_EQ(tried.committable(), place{1});
  EXPECT_EQ(tried.outstanding(), 0u);
}

TEST(offsets_test, partition_that_begins_late_counts_from_there) {
  offsets tried;
  EXPECT_TRUE(tried.take(1'000'000'000'000));
  EXPECT_EQ(tried.committable(), place{1'000'000'000'000});
  tried.settle(1'000'000'000'000);
  EXPECT_EQ(tried.committable(), place{1'000'000'000'001});
}

TEST(offsets_test, later_ones_settled_first_do_not_move_the_commit) {
  offsets tried;
  for (const std::int64_t offset : {10, 11, 12}) tried.take(offset);
  tried.settle(12);
  tried.settle(11);
  EXPECT_EQ(tried.committable(), place{10});
  EXPECT_EQ(tried.outstanding(), 1u);
  tried.settle(10);
  EXPECT_EQ(tried.committable(), place{13});
  EXPECT_EQ(tried.outstanding(), 0u);
}

TEST(offsets_test, hole_in_the_middle_stops_the_commit_at_the_hole) {
  offsets tried;
  for (const std::int64_t offset : {0, 1, 2, 3}) tried.take(offset);
  tried.settle(0);
  tried.settle(1);
  tried.settle(3);
  EXPECT_EQ(tried.committable(), place{2});
}

TEST(offsets_test, offsets_never_taken_count_as_settled) {
  offsets tried;
  tried.take(5);
  tried.take(9);
  tried.take(40);
  tried.settle(5);
  EXPECT_EQ(tried.committable(), place{9});
  tried.settle(40);
  EXPECT_EQ(tried.committable(), place{9});
  tried.settle(9);
  EXPECT_EQ(tried.committable(), place{41});
}

TEST(offsets_test, offset_taken_before_is_refused_and_changes_nothing) {
  offsets tried;
  tried.take(5);
  tried.take(7);
  for (const std::int64_t again : {7, 6, 5, 0}) EXPECT_FALSE(tried.take(again)) << again;
  EXPECT_EQ(tried.outstanding(), 2u);
  tried.settle(5);
  tried.settle(7);
  EXPECT_FALSE(tried.take(7));
  EXPECT_EQ(tried.committable(), place{8});
  EXPECT_EQ(tried.outstanding(), 0u);
  EXPECT_TRUE(tried.take(8));
}

TEST(offsets_test, negative_offset_is_refused) {
  offsets tried;
  for (const std::int64_t offset : {std::int64_t{-1}, std::int64_t{-2}, std::int64_t{-1001}, std::numeric_limits<std::int64_t>::min()})
    EXPECT_FALSE(tried.take(offset)) << offset;
  EXPECT_EQ(tried.committable(), std::nullopt);
  EXPECT_EQ(tried.outstanding(), 0u);
  EXPECT_TRUE(tried.take(0));
}

TEST(offsets_test, settling_twice_changes_nothing) {
  offsets tried;
  for (const std::int64_t offset : {1, 2, 3}) tried.take(offset);
  tried.settle(2);
  tried.settle(2);
  EXPECT_EQ(tried.outstanding(), 2u);
  EXPECT_EQ(tried.committable(), place{1});
  tried.settle(1);
  tried.settle(1);
  tried.settle(2);
  EXPECT_EQ(tried.outstanding(), 1u);
  EXPECT_EQ(tried.committable(), place{3});
}

TEST(offsets_test, settling_what_was_never_taken_changes_nothing) {
  offsets tried;
  tried.settle(0);
  EXPECT_EQ(tried.committable(), std::nullopt);
  tried.take(2);
  tried.take(6);
  for (const std::int64_t stranger : {-1, 0, 1, 3, 5, 7, 100}) tried.settle(stranger);
  EXPECT_EQ(tried.committable(), place{2});
  EXPECT_EQ(tried.outstanding(), 2u);
}

TEST(offsets_test, taken_and_settled_is_ahead_until_the_broker_acknowledges) {
  offsets tried;
  tried.take(4);
  tried.settle(4);
  EXPECT_TRUE(tried.ahead_of_broker());
  tried.acknowledged(4);
  EXPECT_TRUE(tried.ahead_of_broker());
  tried.acknowledged(5);
  EXPECT_FALSE(tried.ahead_of_broker());
  tried.take(5);
  EXPECT_FALSE(tried.ahead_of_broker());
  tried.settle(5);
  EXPECT_TRUE(tried.ahead_of_broker());
}

TEST(offsets_test, acknowledgement_that_comes_late_does_not_go_back) {
  offsets tried;
  tried.take(4);
  tried.settle(4);
  tried.acknowledged(5);
  tried.acknowledged(4);
  EXPECT_FALSE(tried.ahead_of_broker());
}

/// What the class says of itself, in the plainest way.
struct reference {
  std::int64_t next = -1;
  std::set<std::int64_t> unsettled;
  place committable() const {
    if (next < 0) return std::nullopt;
    return unsettled.empty() ? next : *unsettled.begin();
  }
};

void settle_one_of(const std::vector<std::int64_t>& taken, dice& random, offsets& tried, reference& model) {
  if (taken.empty()) return;
  // Mostly one that waits, sometimes one that was settled before.
  const std::int64_t offset =
      !model.unsettled.empty() && !random.once_in(8)
          ? *std::next(model.unsettled.begin(), random.between(0, static_cast<std::int64_t>(model.unsettled.size()) - 1))
          : taken[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(taken.size()) - 1))];
  tried.settle(offset);
  model.unsettled.erase(offset);
}

TEST(offsets_test, random_orders_and_gaps_never_commit_beyond_an_unsettled_record) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    dice random(seed);
    offsets tried;
    reference model;
    std::vector<std::int64_t> taken;
    place before;
    const int taking = static_cast<int>(random.between(2, 5));
    for (int step = 0; step < 400; ++step) {
      if (random.once_in(taking)) {
        const std::int64_t offset = std::max<std::int64_t>(model.next, 0) + (random.once_in(4) ? random.between(-3, 20) : 0);
        const bool is_new = offset >= 0 && offset >= model.next;
        ASSERT_EQ(tried.take(offset), is_new) << offset;
        if (is_new) {
          model.next = offset + 1;
          model.unsettled.insert(offset);
          taken.push_back(offset);
        }
      } else {
        settle_one_of(taken, random, tried, model);
      }
      const place now = tried.committable();
      ASSERT_EQ(now, model.committable());
      ASSERT_EQ(tried.outstanding(), model.unsettled.size());
      ASSERT_FALSE(before && (!now || *now < *before)) << "the commit went back";
      before = now;
    }
    while (!model.unsettled.empty()) settle_one_of(taken, random, tried, model);
    EXPECT_EQ(tried.committable(), model.next < 0 ? place{} : place{model.next});
  }
}

}  // namespace
}  // namespace leadrelay::delivery
