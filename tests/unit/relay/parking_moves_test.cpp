#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// When moves go, whose changes go together, and what becomes of an account whose moves fail.
namespace leadrelay {
namespace {

using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using namespace std::chrono_literals;

const std::string log_of_other = "test.parked.other";

void refuse_all(simulated::world& w) {
  w.provider.react = [](const seen_request&) { return reaction{.status = 401u}; };
}

/// Moves with something of acme fail.
class failing_acme {
 public:
  explicit failing_acme(parking_world& w) {
    w.mover.on_move = [this, &w] {
      const auto is_acme = [](const auto& topic) { return topic.name == log_of_acme; };
      const auto& topics = w.mover.under_way.topics;
      if (std::ranges::none_of(topics, is_acme)) return std::string();
      if (!std::ranges::all_of(topics, is_acme)) ++with_others;
      return std::string("no");
    };
  }
  int with_others = 0;  ///< that have failed for others, too
};

// --- Pace -----------------------------------------------------------------------------------------------------------------------------

TEST(parking_moves, a_fifth_of_the_time_is_theirs) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.move_time = 2s;
  w.kafka.assign(1);
  feed(w, 1, 1, 1);
  ASSERT_TRUE(w.loop.run_until([&] { return w.mover.moves.size() == 1; }, 1min));
  for (int number = 2; number <= 501; ++number) {
    feed(w, 1, number, number);
    feed(w, 101, number - 1, number - 1);
    w.loop.run_for(100ms);
  }
  EXPECT_EQ(w.mover.moves.size(), 6u) << "each 8 s after the end of the one before";
  w.loop.run_for(2500ms);
  EXPECT_EQ(w.provider.applied_to(orwel_target(101)), bodies_up_to(500));
}

TEST(parking_moves, moves_that_are_full_have_half_of_the_time) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.move_time = 2s;
  w.kafka.assign(1);
  for (int lead = 1; lead <= 99; ++lead) feed(w, lead, 1, 70);
  ASSERT_TRUE(w.loop.run_until([&] { return w.logs.size(log_of_acme) == 2000; }, 1min));
  w.loop.run_for(4500ms);
  EXPECT_EQ(w.logs.size(log_of_acme), 4000u);
  w.loop.run_for(4s);
  EXPECT_EQ(w.logs.size(log_of_acme), 6000u);
  w.loop.run_for(9s);
  EXPECT_EQ(w.logs.size(log_of_acme), 6000u);
  w.loop.run_for(2s);
  EXPECT_EQ(w.logs.size(log_of_acme), 6930u);
}

// --- Moves that fail ------------------------------------------------------------------------------------------------------------------

TEST(parking_moves, an_account_whose_moves_fail_goes_alone_and_is_as_without_parking_for_a_while) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }", "limits: [], park: { after: 1s }"));
  refuse_all(w);
  const failing_acme moves(w);
  w.mover.move_time = 500ms;
  w.kafka.assign(2);
  for (const int partition : {0, 1}) {
    feed(w, 1 + partition, 1, 5, partition);
    feed(w, 101 + partition, 1, 5, partition);
  }
  w.loop.run_for(10s);
  EXPECT_EQ(w.logs.size(log_of_other, 0), 5u);
  EXPECT_EQ(w.logs.size(log_of_other, 1), 5u);
  EXPECT_EQ(w.parked("acme"), 2u) << "tried again";
  for (int number = 6; number <= 505; ++number) {
    feed(w, 101, number, number);
    w.loop.run_for(100ms);
  }
  EXPECT_EQ(moves.with_others, 1);
  EXPECT_GE(w.logs.size(log_of_other, 0), 450u);
  EXPECT_EQ(w.parked("acme"), 0u);
  EXPECT_EQ(w.parked("other"), 2u);
  EXPECT_EQ(w.of("acme").waiting, 10u);
  EXPECT_EQ(w.of("acme").counts.taken, 10u);
  w.loop.run_for(4min);
  EXPECT_EQ(w.of("acme").counts.parkings, 1u);
  EXPECT_FALSE(w.all_committed());
  w.mover.on_move = [] { return std::string(); };
  w.loop.run_for(2min);
  EXPECT_EQ(w.of("acme").counts.parkings, 2u);
  EXPECT_TRUE(w.all_committed());
  acme_provider works(w, true);
  ASSERT_TRUE(w.run_until_settled());
  for (const int lead : {1, 2}) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(5));
  EXPECT_EQ(w.of("acme").counts.taken, 10u);
}

TEST(parking_moves, an_account_whose_moves_will_not_work_without_somebody_is_not_parked_for_now) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }", "limits: [], park: { after: 1s }"));
  refuse_all(w);
  const failing_acme moves(w);
  w.mover.may_work_later = false;
  w.kafka.assign(1);
  feed(w, 1, 1, 5);
  feed(w, 101, 1, 5);
  w.loop.run_for(5s);
  EXPECT_EQ(w.parked("acme"), 0u);
  EXPECT_EQ(w.logs.size(log_of_other), 5u);
  EXPECT_EQ(w.parked("other"), 1u) << "what fails is not its own";
  acme_provider works(w, true);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(5));
}

TEST(parking_moves, an_account_of_which_something_is_parked_stays_so_though_its_moves_fail) {
  for (const bool may_work_later : {true, false}) {
    parking_world w(two_accounts("limits: [], park: { after: 1s }"));
    acme_provider acme(w);
    w.kafka.assign(1);
    feed(w, 1, 1, 2);
    ASSERT_TRUE(w.loop.run_until([&] { return w.logs.size(log_of_acme) == 2; }, 1min));
    const failing_acme moves(w);
    w.mover.may_work_later = may_work_later;
    feed(w, 1, 3, 4);
    w.loop.run_for(3min);
    EXPECT_GT(w.mover.failed, 5);
    EXPECT_EQ(w.parked("acme"), 1u);
    EXPECT_EQ(w.of("acme").counts.parkings, 1u);
    acme.works = true;
    w.loop.run_for(2min);
    EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4)) << "a few wait for what is parked, and go behind it";
    ASSERT_TRUE(w.run_until_settled());
  }
}

TEST(parking_moves, an_account_whose_moves_fail_flows_again_though_what_waits_fills_the_memory) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"), {}, 256 << 10);
  acme_provider acme(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.logs.size(log_of_acme) == 2; }, 1min));
  w.loop.run_for(10s);  // what is parked is read back and waits in its lane
  const failing_acme moves(w);
  w.mover.may_work_later = false;
  const auto is_paused = [&] { return w.relay->snapshot().partitions.at(0).paused; };
  int last = 2;
  for (; !is_paused() && last < 5000; ++last) feed(w, 10 + last % 80, last, last);
  ASSERT_TRUE(is_paused());
  w.loop.run_for(1min);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied.size(), static_cast<std::size_t>(last));
}

// --- What is full ---------------------------------------------------------------------------------------------------------------------

TEST(parking_moves, where_the_largest_is_parked_already_a_full_memory_parks_the_next) {
  parking_world w(two_accounts("limits: [], park: { after: 1h, bytes: 400KiB }", "limits: [], park: { after: 1h, bytes: 400KiB }"), {},
                  512 << 10);
  w.provider.react = [](const seen_request& seen) { return lead_of(seen) < 100 ? reaction{.latency = 25s} : reaction{.status = 401u}; };
  w.kafka.assign(1);
  feed(w, 1, 0, 0);
  wait_until_slow(w);
  int fed = 0;
  while (!w.relay->snapshot().paused && ++fed < 5000) {
    feed(w, 1, 2 * fed - 1, 2 * fed);
    feed(w, 101, fed, fed);
    if (fed % 3 == 0) feed(w, 102, fed, fed);
  }
  ASSERT_LT(fed, 5000);
  EXPECT_EQ(w.parked("acme"), 1u);
  w.loop.run_for(5s);
  EXPECT_EQ(w.logs.size(log_of_acme), 0u) << "its request in flight ends first, and the others wait behind it";
  EXPECT_EQ(w.parked("other"), 1u);
  EXPECT_GT(w.logs.size(log_of_other), 100u);
  EXPECT_FALSE(w.relay->snapshot().paused);
}

TEST(parking_moves, an_account_within_its_share_of_the_memory_stays_while_the_one_that_fills_it_is_on_its_way_out) {
  const std::string no_bounds = "park: { changes: 100000, bytes: 1GiB }";
  parking_world w(two_accounts("limits: [], " + no_bounds, "limits: [ { requests: 1, per: 1s } ], " + no_bounds), {}, 16 << 20);
  acme_provider acme(w);
  w.mover.move_time = 300ms;
  w.kafka.assign(2);
  int fed = 0;
  for (; w.relay->snapshot().held_bytes < (16 << 20) * 4 / 10; ++fed) feed(w, 101 + fed % 90, fed, fed, 1);
  for (int round = 0; round < 100; ++round, w.loop.run_for(100ms))
    for (int each = 0; each < 200 && !w.relay->snapshot().paused; ++each, ++fed) feed(w, fed % 90, fed, fed, 0);
  EXPECT_GT(w.of("acme").counts.parked, 2000u);
  EXPECT_EQ(w.parked("other"), 0u);
}

TEST(parking_moves, where_that_with_the_most_is_parked_already_a_full_offset_map_parks_the_next) {
  parking_world w(two_accounts("limits: [], park: { after: 1h, changes: 1000 }", "limits: [], park: { after: 1h }"));
  w.provider.react = [](const seen_request& seen) { return lead_of(seen) < 100 ? reaction{.latency = 29s} : reaction{.status = 401u}; };
  w.kafka.assign(2);
  feed(w, 1, 0, 0);
  wait_until_slow(w);
  ASSERT_LT(fill_offset_map(w, [](int number) { return number % 3 == 0 ? 101 : 1; }), 5000);
  EXPECT_EQ(w.parked("acme"), 1u) << "there alone";
  w.loop.run_for(5s);
  EXPECT_EQ(w.parked("other"), 1u);
  EXPECT_EQ(w.logs.size(log_of_acme), 0u);
  EXPECT_GT(w.logs.size(log_of_other), 100u);
}

}  // namespace
}  // namespace leadrelay
