#include "delivery/offsets.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/offset_map.hpp"
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
  EXPECT_EQ(known::nothing, tried.take(0));
  EXPECT_EQ(tried.committable(), place{0});
  EXPECT_EQ(tried.outstanding(), 1u);
  tried.settle(0);
  EXPECT_EQ(tried.committable(), place{1});
  EXPECT_EQ(tried.outstanding(), 0u);
}

TEST(offsets_test, partition_that_begins_late_counts_from_there) {
  offsets tried;
  EXPECT_EQ(known::nothing, tried.take(1'000'000'000'000));
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
  for (const std::int64_t again : {7, 6, 5}) EXPECT_EQ(known::taken_before, tried.take(again)) << again;
  EXPECT_EQ(tried.outstanding(), 2u);
  tried.settle(5);
  tried.settle(7);
  EXPECT_EQ(known::taken_before, tried.take(7));
  EXPECT_EQ(tried.committable(), place{8});
  EXPECT_EQ(tried.outstanding(), 0u);
  EXPECT_EQ(known::nothing, tried.take(8));
}

TEST(offsets_test, negative_offset_is_refused) {
  offsets tried;
  for (const std::int64_t offset : {std::int64_t{-1}, std::int64_t{-2}, std::int64_t{-1001}, std::numeric_limits<std::int64_t>::min()})
    EXPECT_EQ(known::taken_before, tried.take(offset)) << offset;
  EXPECT_EQ(tried.committable(), std::nullopt);
  EXPECT_EQ(tried.outstanding(), 0u);
  EXPECT_EQ(known::nothing, tried.take(0));
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
  EXPECT_FALSE(tried.ahead_of_broker());
  tried.settle(4);
  EXPECT_TRUE(tried.ahead_of_broker());
  const std::uint64_t version = tried.version();
  tried.take(5);
  tried.settle(5);
  tried.acknowledged(version, 5);
  EXPECT_TRUE(tried.ahead_of_broker());
  tried.acknowledged(tried.version(), 6);
  EXPECT_FALSE(tried.ahead_of_broker());
  EXPECT_EQ(tried.last_acknowledged(), 6);
}

TEST(offsets_test, acknowledgement_that_comes_late_does_not_go_back) {
  offsets tried;
  tried.take(4);
  tried.settle(4);
  tried.acknowledged(tried.version(), 5);
  tried.acknowledged(0, 4);
  EXPECT_FALSE(tried.ahead_of_broker());
  EXPECT_EQ(tried.last_acknowledged(), 5);
}

TEST(offsets_test, offset_below_where_reading_began_is_of_a_new_log) {
  offsets tried;
  tried.restore(100, "");
  tried.take(100);
  EXPECT_EQ(tried.take(0), known::nothing);
  EXPECT_EQ(tried.committable(), place{0});
  EXPECT_EQ(tried.outstanding(), 1u);
  tried.settle(100);
  EXPECT_EQ(tried.committable(), place{0});
  tried.settle(0);
  EXPECT_EQ(tried.committable(), place{1});
}

TEST(offsets_test, map_tells_what_is_settled_above_the_commit_gaps_too) {
  offsets tried;
  for (const std::int64_t offset : {10, 11, 12, 15, 16, 20}) tried.take(offset);
  tried.settle(11);
  tried.settle(15);
  tried.settle(20);
  EXPECT_EQ(tried.committable(), place{10});
  EXPECT_EQ(tried.map(), (offset_map{.writer = 0, .settled = {{11, 11}, {13, 15}, {17, 20}}, .started = {}}));
  tried.settle(10);
  EXPECT_EQ(tried.committable(), place{12});
  EXPECT_EQ(tried.map(), (offset_map{.writer = 0, .settled = {{13, 15}, {17, 20}}, .started = {}}));
}

TEST(offsets_test, restart_takes_what_the_map_does_not_hold) {
  offsets former;
  for (std::int64_t offset = 10; offset < 20; ++offset) former.take(offset);
  for (const std::int64_t settled : {11, 12, 15, 19}) former.settle(settled);
  former.start(13);
  offsets tried;
  EXPECT_TRUE(tried.restore(10, encode(former.map(), 10)));
  EXPECT_EQ(tried.map(), former.map());
  for (std::int64_t offset = 10; offset < 22; ++offset) {
    const bool settled = offset == 11 || offset == 12 || offset == 15 || offset == 19;
    EXPECT_EQ(tried.take(offset), settled ? known::settled_before : known::nothing) << offset;
    EXPECT_EQ(tried.is_started(offset), offset == 13) << offset;
  }
  EXPECT_EQ(tried.outstanding(), 8u);
  EXPECT_EQ(tried.committable(), place{10});
  tried.settle(10);
  EXPECT_EQ(tried.committable(), place{13});
}

TEST(offsets_test, map_of_a_restart_keeps_what_was_not_read_again_yet) {
  offsets tried;
  ASSERT_TRUE(tried.restore(10, encode({.writer = 0, .settled = {{12, 14}, {20, 30}}, .started = {16}}, 10)));
  tried.take(10);
  tried.settle(10);
  EXPECT_EQ(tried.committable(), place{11});
  EXPECT_EQ(tried.map(), (offset_map{.writer = 0, .settled = {{12, 14}, {20, 30}}, .started = {16}}));
  tried.take(11);
  tried.take(13);
  EXPECT_EQ(tried.map(), (offset_map{.writer = 0, .settled = {{12, 14}, {20, 30}}, .started = {16}}));
  EXPECT_EQ(tried.take(25), known::settled_before);
  EXPECT_EQ(tried.map(), (offset_map{.writer = 0, .settled = {{12, 30}}, .started = {16}}));
}

TEST(offsets_test, commit_goes_on_over_what_was_settled_before_and_is_not_read_again_yet) {
  offsets tried;
  ASSERT_TRUE(tried.restore(10, encode({.writer = 0, .settled = {{12, 14}, {20, 30}}, .started = {}}, 10)));
  for (const std::int64_t offset : {10, 11}) tried.take(offset);
  for (const std::int64_t offset : {10, 11}) tried.settle(offset);
  EXPECT_EQ(tried.committable(), place{15});
  EXPECT_EQ(tried.map(), (offset_map{.writer = 0, .settled = {{20, 30}}, .started = {}}));
  for (std::int64_t offset = 12; offset < 15; ++offset) EXPECT_EQ(tried.take(offset), known::settled_before);
  EXPECT_EQ(tried.committable(), place{15});
}

TEST(offsets_test, partition_lost_and_given_again_keeps_what_this_worker_has_settled) {
  offsets former;
  former.restore(5, "");
  for (std::int64_t offset = 5; offset < 20; ++offset) former.take(offset);
  for (const std::int64_t offset : {5, 6, 7, 10, 11, 15}) former.settle(offset);
  offsets tried;
  ASSERT_TRUE(tried.restore(6, encode({.writer = 0, .settled = {{9, 10}}, .started = {11}}, 6)));
  tried.adopt(former);
  for (std::int64_t offset = 6; offset < 20; ++offset) {
    const bool settled = offset < 8 || (offset >= 9 && offset <= 11) || offset == 15;
    EXPECT_EQ(tried.take(offset) == known::settled_before, settled) << offset;
  }
  EXPECT_EQ(tried.committable(), place{8});
}

/// A commit told of the starts of 5, 6 and 7; 5 is under way, 6 and 7 did not come to be.
offsets with_starts_taken_back(std::uint32_t writer) {
  offsets out(writer);
  out.restore(5, "");
  for (std::int64_t offset = 5; offset < 9; ++offset) out.take(offset);
  for (const std::int64_t offset : {5, 6, 7}) out.start(offset);
  for (const std::int64_t offset : {6, 7}) out.take_back(offset);
  return out;
}

TEST(offsets_test, start_that_this_worker_has_told_and_taken_back_does_not_come_back_with_the_partition) {
  offsets tried(7);
  ASSERT_TRUE(tried.restore(5, encode({.writer = 7, .settled = {}, .started = {5, 6, 7}}, 5)));
  tried.adopt(with_starts_taken_back(7));
  for (std::int64_t offset = 5; offset < 9; ++offset) {
    EXPECT_EQ(tried.take(offset), known::nothing);
    EXPECT_EQ(tried.is_started(offset), offset == 5) << offset;
  }
  tried.take_back_former(5);
  EXPECT_FALSE(tried.is_started(5));
}

TEST(offsets_test, start_that_another_worker_has_told_stays_though_this_one_had_the_partition_before) {
  for (const std::uint32_t writer : {0u, 8u}) {
    offsets tried(7);
    ASSERT_TRUE(tried.restore(5, encode({.writer = writer, .settled = {}, .started = {6}}, 5)));
    tried.adopt(with_starts_taken_back(7));
    tried.take_back_former(6);
    for (std::int64_t offset = 5; offset < 9; ++offset) {
      EXPECT_EQ(tried.take(offset), known::nothing);
      EXPECT_EQ(tried.is_started(offset), offset == 6) << offset;
    }
  }
}

TEST(offsets_test, nothing_goes_on_before_the_broker_knows_what_was_adopted) {
  offsets former;
  former.restore(5, "");
  for (std::int64_t offset = 5; offset < 9; ++offset) former.take(offset);
  former.settle(6);
  offsets tried;
  tried.restore(5, "");
  EXPECT_FALSE(tried.adopted_is_untold());
  tried.adopt(former);
  EXPECT_TRUE(tried.adopted_is_untold());
  EXPECT_TRUE(tried.ahead_of_broker());
  EXPECT_EQ(tried.committable(), place{5});
  tried.acknowledged(tried.version(), 5);
  EXPECT_FALSE(tried.adopted_is_untold());
  tried.take(5);
  tried.settle_former(5);
  tried.settle_former(7);
  EXPECT_TRUE(tried.adopted_is_untold());
  EXPECT_TRUE(tried.is_settled(5));
  EXPECT_EQ(tried.committable(), place{8});
}

TEST(offsets_test, former_assignment_with_nothing_more_to_tell_holds_up_nothing) {
  offsets former;
  former.restore(5, "");
  former.take(5);
  former.settle(5);
  offsets tried;
  tried.restore(6, "");
  tried.adopt(former);
  EXPECT_FALSE(tried.adopted_is_untold());
  EXPECT_EQ(tried.committable(), std::nullopt);
}

TEST(offsets_test, metadata_that_is_no_map_of_this_commit_repeats_all) {
  const std::string map = encode({.writer = 0, .settled = {{12, 14}}, .started = {}}, 10);
  for (const std::string& text : {std::string("somebody else's"), map.substr(0, map.size() - 4), "lr2." + map.substr(4), std::string("lr1.")}) {
    offsets tried;
    EXPECT_FALSE(tried.restore(10, text)) << text;
    EXPECT_EQ(tried.take(13), known::nothing) << text;
  }
  offsets moved;
  EXPECT_FALSE(moved.restore(11, map));
  EXPECT_EQ(moved.take(13), known::nothing);
}

TEST(offsets_test, started_requests_are_told_until_they_are_settled_or_taken_back) {
  offsets tried;
  for (std::int64_t offset = 0; offset < 4; ++offset) tried.take(offset);
  EXPECT_TRUE(tried.start(1));
  EXPECT_TRUE(tried.start(2));
  EXPECT_TRUE(tried.start(3));
  EXPECT_TRUE(tried.ahead_of_broker());
  EXPECT_EQ(tried.map().started, (std::vector<std::int64_t>{1, 2, 3}));
  tried.settle(1);
  tried.take_back(3);
  EXPECT_EQ(tried.map().started, (std::vector<std::int64_t>{2}));
  tried.settle(0);
  tried.settle(2);
  EXPECT_TRUE(tried.map().started.empty());
}

TEST(offsets_test, no_more_requests_are_started_than_the_map_can_hold) {
  offsets tried;
  for (std::int64_t offset = 0; offset < 200; ++offset) tried.take(offset);
  for (std::int64_t offset = 0; offset < static_cast<std::int64_t>(most_started); ++offset) EXPECT_TRUE(tried.start(offset));
  EXPECT_FALSE(tried.start(150));
  EXPECT_TRUE(tried.start(5));
  tried.settle(5);
  EXPECT_TRUE(tried.start(150));
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
        const std::int64_t lowest = taken.empty() ? 0 : taken.front();
        const std::int64_t offset = std::max(std::max<std::int64_t>(model.next, 0) + (random.once_in(4) ? random.between(-3, 20) : 0), lowest);
        const bool is_new = offset >= 0 && offset >= model.next;
        ASSERT_EQ(tried.take(offset) == known::nothing, is_new) << offset;
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

/// Takes until it is full, then settles in an order that makes as many runs as there can be.
void fill_and_split(offsets& tried, std::int64_t first, std::int64_t step) {
  std::vector<std::int64_t> taken;
  for (std::int64_t offset = first; !tried.full(); offset += step) {
    ASSERT_EQ(tried.take(offset), known::nothing);
    taken.push_back(offset);
  }
  for (std::size_t index = 1; index < taken.size(); index += 2) {
    tried.settle(taken[index]);
    const std::string text = encode(tried.map(), *tried.committable());
    ASSERT_LE(text.size(), most_metadata_bytes);
    if (index + 2 >= taken.size()) {
      ASSERT_EQ(decode_offset_map(text, *tried.committable()), tried.map());
    }
  }
}

TEST(offsets_test, what_is_taken_until_it_is_full_fits_the_metadata_in_any_order_of_settling) {
  for (const std::int64_t step : {1, 2, 7, 100, 300, 20'000, 3'000'000}) {
    SCOPED_TRACE(step);
    offsets tried;
    fill_and_split(tried, 0, step);
  }
}

TEST(offsets_test, one_stuck_record_leaves_room_for_a_million_others) {
  offsets tried;
  tried.take(0);
  for (std::int64_t offset = 1; offset <= 1'000'000; ++offset) {
    ASSERT_EQ(tried.take(offset), known::nothing);
    ASSERT_FALSE(tried.full());
    tried.settle(offset);
  }
  EXPECT_LT(encode(tried.map(), 0).size(), 30u);
}

TEST(offsets_test, few_records_never_pause_a_partition_whatever_was_restored) {
  offsets former;
  for (std::int64_t offset = 0; !former.full(); ++offset) {
    former.take(offset);
    if (offset % 17 != 0) former.settle(offset);
  }
  offsets tried;
  ASSERT_TRUE(tried.restore(*former.committable(), encode(former.map(), *former.committable())));
  for (std::int64_t offset = 0; offset < 17 * 60; offset += 17) tried.take(offset);
  EXPECT_FALSE(tried.full());
}

TEST(offsets_test, started_requests_and_the_worst_order_fit_together) {
  offsets tried;
  for (std::int64_t offset = 0; !tried.full(); offset += 200) tried.take(offset);
  for (std::int64_t mark = 0; mark < 128; ++mark) ASSERT_TRUE(tried.start(mark * 800));
  std::int64_t settled = 0;
  for (std::int64_t offset = 200; settled < 100'000; offset += 400, ++settled) tried.settle(offset);
  const std::string text = encode(tried.map(), *tried.committable());
  EXPECT_LE(text.size(), most_metadata_bytes);
  EXPECT_EQ(decode_offset_map(text, *tried.committable()), tried.map());
}

TEST(offsets, what_was_started_before_is_ahead_until_it_is_read) {
  offsets all(1);
  ASSERT_TRUE(all.restore(10, encode({.writer = 2, .settled = {{11, 11}}, .started = {12}}, 10)));
  EXPECT_TRUE(all.has_started_ahead());
  for (const std::int64_t offset : {10, 11}) {
    all.take(offset);
    EXPECT_TRUE(all.has_started_ahead()) << offset;
  }
  all.take(12);
  EXPECT_FALSE(all.has_started_ahead());
  EXPECT_TRUE(all.is_started(12));
  EXPECT_TRUE(all.start(12));
  EXPECT_FALSE(all.has_started_ahead());
}

TEST(offsets, what_was_started_before_and_is_gone_from_the_log_is_passed) {
  offsets all(1);
  ASSERT_TRUE(all.restore(10, encode({.writer = 2, .settled = {}, .started = {12}}, 10)));
  all.take(20);
  EXPECT_FALSE(all.has_started_ahead());
}

TEST(offsets, requests_of_several_leave_half_of_the_room_to_those_that_may_not_be_repeated) {
  offsets all;
  for (std::size_t count = 0; count < most_started_together; ++count) {
    EXPECT_TRUE(all.can_start_together());
    all.take(static_cast<std::int64_t>(count));
    all.start_together(static_cast<std::int64_t>(count), {});
  }
  EXPECT_FALSE(all.can_start_together());
  for (std::size_t count = most_started_together; count < most_started; ++count) {
    all.take(static_cast<std::int64_t>(count));
    EXPECT_TRUE(all.start(static_cast<std::int64_t>(count)));
  }
  all.take(most_started);
  EXPECT_FALSE(all.start(most_started));
  for (std::size_t count = 0; count <= most_started_together; ++count) all.settle(static_cast<std::int64_t>(count));
  EXPECT_TRUE(all.can_start_together());
}

TEST(offsets, a_request_of_more_stands_for_those_of_fewer_until_it_is_taken_back) {
  offsets all;
  for (std::int64_t offset = 0; offset < 10; ++offset) all.take(offset);
  all.start_together(2, {});
  all.start_together(4, {2});
  const std::uint64_t before = all.version();
  all.start_together(7, {2, 4});
  EXPECT_GT(all.version(), before);
  EXPECT_EQ(all.map().started, (std::vector<std::int64_t>{7}));
  EXPECT_FALSE(all.is_started(4));
  all.take_back(7);
  EXPECT_EQ(all.map().started, (std::vector<std::int64_t>{4}));
  all.take_back(4);
  EXPECT_EQ(all.map().started, (std::vector<std::int64_t>{2}));
  all.start_together(7, {2});
  for (std::int64_t offset = 0; offset < 8; ++offset) all.settle(offset);
  EXPECT_TRUE(all.map().started.empty());
}

TEST(offsets, a_request_of_more_that_is_split_stays_beside_the_largest_of_fewer) {
  offsets all;
  for (std::int64_t offset = 0; offset < 10; ++offset) all.take(offset);
  all.start_together(2, {});
  all.start_together(4, {2});
  all.start_together(7, {4});
  const std::uint64_t before = all.version();
  all.split(7);
  EXPECT_GT(all.version(), before);
  EXPECT_EQ(all.map().started, (std::vector<std::int64_t>{4, 7}));
  all.split(4);
  EXPECT_EQ(all.map().started, (std::vector<std::int64_t>{2, 4, 7}));
  const std::uint64_t last = all.version();
  all.split(7);
  all.split(3);
  EXPECT_EQ(all.version(), last) << "one stands for none, and none is at 3";
}

TEST(offsets, a_start_that_stands_again_untold_is_adopted_from_the_own_map) {
  offsets former(1);
  for (std::int64_t offset = 0; offset < 8; ++offset) former.take(offset);
  former.start_together(2, {});
  former.start_together(4, {2});
  former.start_together(6, {});
  const std::string told = encode(former.map(), 0);
  former.take_back(4);
  former.take_back(6);
  for (const std::uint32_t writer : {1u, 2u}) {
    offsets later(writer);
    ASSERT_TRUE(later.restore(0, told));
    later.adopt(former);
    EXPECT_EQ(later.map().started, writer == 1 ? (std::vector<std::int64_t>{2}) : (std::vector<std::int64_t>{4, 6}));
  }
}

TEST(offsets, what_is_passed_and_was_never_taken_is_committed) {
  offsets all;
  all.pass(2);
  EXPECT_EQ(all.committable(), place{2});
  EXPECT_TRUE(all.ahead_of_broker());
  all.take(2);
  all.settle(2);
  all.acknowledged(all.version(), 3);
  all.pass(4);
  EXPECT_EQ(all.committable(), place{4});
  EXPECT_TRUE(all.ahead_of_broker());
  EXPECT_TRUE(all.map().settled.empty());
  EXPECT_EQ(known::taken_before, all.take(3));
  EXPECT_EQ(known::nothing, all.take(4));
}

TEST(offsets, record_below_what_was_passed_first_is_of_a_new_log) {
  offsets all;
  all.pass(2);
  EXPECT_EQ(known::nothing, all.take(1));
  EXPECT_EQ(all.committable(), place{1});
}

TEST(offsets, what_is_passed_goes_beyond_nothing_outstanding) {
  offsets all;
  for (const std::int64_t offset : {0, 1, 2}) all.take(offset);
  all.settle(1);
  all.pass(5);
  EXPECT_EQ(all.committable(), place{0});
  EXPECT_EQ(all.outstanding(), 2u);
  EXPECT_FALSE(all.is_settled(2));
  EXPECT_EQ(all.map().settled, (std::vector<offset_range>{{1, 1}, {3, 4}}));
  all.settle(0);
  EXPECT_EQ(all.committable(), place{2});
  all.settle(2);
  EXPECT_EQ(all.committable(), place{5});
}

TEST(offsets, passing_what_has_been_read_changes_nothing) {
  offsets all;
  for (const std::int64_t offset : {0, 1, 2}) all.take(offset);
  const std::uint64_t before = all.version();
  for (const std::int64_t next : {-1, 0, 1, 3}) all.pass(next);
  EXPECT_EQ(all.version(), before);
  EXPECT_EQ(all.committable(), place{0});
  EXPECT_EQ(known::nothing, all.take(3));
}

TEST(offsets, passing_leaves_behind_what_was_settled_and_started_before_a_restart) {
  offsets all(1);
  ASSERT_TRUE(all.restore(10, encode({.writer = 2, .settled = {{11, 12}, {18, 24}}, .started = {14, 26}}, 10)));
  all.pass(16);
  EXPECT_EQ(all.committable(), place{16});
  EXPECT_EQ(all.map().settled, (std::vector<offset_range>{{18, 24}}));
  EXPECT_EQ(all.map().started, (std::vector<std::int64_t>{26}));
  EXPECT_TRUE(all.has_started_ahead());
  all.pass(25);
  EXPECT_EQ(all.committable(), place{25});
  EXPECT_TRUE(all.map().settled.empty());
  all.pass(27);
  EXPECT_EQ(all.committable(), place{27});
  EXPECT_FALSE(all.has_started_ahead());
  EXPECT_EQ(all.map(), (offset_map{.writer = 1, .settled = {}, .started = {}}));
}

}  // namespace
}  // namespace leadrelay::delivery
