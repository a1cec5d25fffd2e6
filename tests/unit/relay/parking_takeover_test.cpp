#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// What a worker does with what is parked when it is given a partition of which it does not know all yet.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

// --- Its source is not read as far as the former owner had started ----------------------------------------------------------------------

/// What came first of acme is parked, and its source is read up to offset 6, of which the former owner had started 7. Lead 101 is of
/// `other`, of which nothing is parked.
struct behind_world : parking_world {
  behind_world() : parking_world(two_accounts("limits: [], park: { after: 1h }")) {
    leave_parked(*this, 1, 1, 0);
    leave_parked(*this, 9, 1, 1);
    leave_marked(*this, 7);
    kafka.delivered_next[0] = 2;
    feed(*this, 1, 2, 3);
    feed(*this, 2, 1, 1);
    feed(*this, 101, 1, 2);
  }

  bool sends_nothing_of_acme() const {
    return std::ranges::all_of(provider.requests, [](const auto& each) { return lead_of(each) > 100; });
  }
};

TEST(parking_takeover, a_parked_account_waits_for_what_was_started_before_and_another_for_half_a_minute_alone) {
  behind_world w;
  EXPECT_EQ(w.parked("acme"), 1u);
  w.loop.run_for(29s);
  EXPECT_THAT(w.provider.requests, IsEmpty());
  w.loop.run_for(5s);
  EXPECT_EQ(w.provider.applied_to(orwel_target(101)), bodies_up_to(2));
  w.loop.run_for(9min);
  EXPECT_TRUE(w.sends_nothing_of_acme());
  EXPECT_THAT(w.reader.begun, IsEmpty());
  EXPECT_THAT(w.mover.moves, IsEmpty());
  EXPECT_EQ(w.parked("acme"), 1u);
}

TEST(parking_takeover, once_what_was_started_before_is_read_all_goes_in_order) {
  behind_world w;
  w.loop.run_for(5min);
  EXPECT_THAT(w.reader.begun, IsEmpty());
  feed(w, 3, 1, 1);
  feed(w, 1, 4, 4);
  w.loop.run_for(100ms);
  EXPECT_THAT(w.reader.begun, SizeIs(1));
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
  for (const int lead : {2, 3, 9}) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(1));
  EXPECT_FALSE(w.provider.overlapped);
  EXPECT_EQ(w.parked("acme"), 0u);
}

TEST(parking_takeover, what_was_started_before_and_never_comes_is_waited_for_ten_minutes) {
  behind_world w;
  w.loop.run_for(9min + 55s);
  EXPECT_THAT(w.reader.begun, IsEmpty());
  w.loop.run_for(10s);
  EXPECT_THAT(w.reader.begun, SizeIs(1));
  w.loop.run_for(20s);
  EXPECT_TRUE(w.sends_nothing_of_acme());
  w.loop.run_for(15s);
  EXPECT_EQ(w.provider.applied_to(orwel_target(9)), bodies_up_to(1));
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied.size(), 7u);
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
  EXPECT_FALSE(w.provider.overlapped);
}

TEST(parking_takeover, what_was_started_before_and_comes_later_than_that_lets_those_that_wait_be_parked) {
  behind_world w;
  acme_provider acme(w);
  w.loop.run_for(12min);
  EXPECT_THAT(w.mover.moves, IsEmpty());
  EXPECT_EQ(w.kafka.committed[0], 2);
  feed(w, 101, 3, 4);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 10s));
  EXPECT_EQ(w.logs.size(log_of_acme), 5u);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
}

TEST(parking_takeover, an_account_that_comes_to_be_parked_meanwhile_parks_nothing_of_that_partition_either) {
  parking_world w(two_accounts("limits: [], park: { after: 1h, changes: 10 }"));
  leave_marked(w, 30);
  for (int lead = 1; lead <= 20; ++lead) feed(w, lead, 1, 1);
  wait_until_slow(w);
  EXPECT_EQ(w.parked("acme"), 1u);
  w.loop.run_for(5min);
  EXPECT_THAT(w.mover.moves, IsEmpty());
  EXPECT_THAT(w.provider.requests, IsEmpty());
  for (int lead = 21; lead <= 31; ++lead) feed(w, lead, 1, 1);
  w.loop.run_for(1s);
  EXPECT_EQ(w.logs.size(log_of_acme), 30u) << "all but the last, which was started";
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied.size(), 31u);
}

TEST(parking_takeover, what_is_parked_leaves_the_memory_to_what_was_started_before) {
  constexpr std::uint64_t memory = 256 << 10;
  constexpr std::int64_t marked = 10'000;
  parking_world w(two_accounts("limits: [], park: { after: 1h }", "limits: [], park: false"), {}, memory);
  for (int lead = 1001; lead <= 1200; ++lead) leave_parked(w, lead, 1, marked + lead);
  leave_marked(w, marked);
  w.loop.run_for(1s);
  feed(w, 101, 1, 1);
  const auto is_paused = [&] { return w.relay->snapshot().partitions.at(0).paused; };
  const std::uint64_t before = w.relay->snapshot().held_bytes;
  for (int lead = 102; w.relay->snapshot().held_bytes < before + memory / 5 * 7 && !is_paused(); ++lead) feed(w, lead, 1, 1);
  ASSERT_TRUE(w.loop.run_until([&] { return !is_paused(); }, 1min));
  w.kafka.delivered_next[0] = marked;
  feed(w, 101, 2, 2);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.provider.applied_to(orwel_target(101)), ElementsAre(orwel_body(2))) << "both together, as they may have left before";
}

// --- What this worker has settled before ------------------------------------------------------------------------------------------------

TEST(parking_takeover, what_is_read_back_waits_until_the_broker_knows_what_was_settled_before_it) {
  parking_world w(account("orwel", "limits: [], merging: false, park: { after: 1h }"));
  w.provider.react = [](const seen_request&) { return reaction{.latency = 5s}; };
  leave_marked(w, 2);
  feed(w, 1, 1, 3);
  w.loop.run_for(1s);
  w.kafka.revoke(true);
  leave_parked(w, 1, 4, 3);  // by the next owner, which ends without having sent the three again
  w.kafka.metadata[0] = delivery::encode({.writer = 0, .settled = {{3, 3}}, .started = {2}}, 0);
  w.loop.run_for(10s);
  w.kafka.refuse_commits = true;
  w.kafka.assign(1);
  feed(w, 1, 1, 4);
  w.loop.run_for(1min);
  w.restart();
  w.kafka.refuse_commits = false;
  w.kafka.assign(1);
  feed(w, 1, 1, 4);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(3), orwel_body(3), orwel_body(4)));
}

TEST(parking_takeover, what_a_lost_assignment_has_refused_still_goes_before_what_is_parked) {
  parking_world w(account("orwel", "limits: [], park: { after: 1h }"));
  w.provider.react = [&w](const seen_request&) {
    return w.provider.requests.size() == 1 ? reaction{.status = 409, .latency = 20s} : reaction{};
  };
  leave_parked(w, 1, 3, 2);
  w.kafka.committed[0] = 0;
  w.kafka.metadata[0] = delivery::encode({.writer = 0, .settled = {{2, 2}}, .started = {1}}, 0);
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  w.loop.run_for(1s);
  ASSERT_THAT(w.provider.requests, SizeIs(1));
  w.kafka.revoke(true);
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(2), orwel_body(3)));
}

// --- The end of its log is unknown -------------------------------------------------------------------------------------------------------

TEST(parking_takeover, a_log_whose_end_is_unknown_is_read_to_its_end) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  acme_provider acme(w);
  w.logs.ends_are_known = false;
  for (int number = 1; number <= 3; ++number) leave_parked(w, 1, number, number);
  w.kafka.assign(1);
  EXPECT_EQ(w.parked("acme"), 1u);
  feed(w, 1, 4, 5);
  w.loop.run_for(5s);
  EXPECT_EQ(w.logs.size(log_of_acme), 5u);
  EXPECT_EQ(w.of("acme").parked, 5u);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(5));
  EXPECT_EQ(w.logs.committed.at({log_of_acme, 0}).next, w.logs.all.at({log_of_acme, 0}).end);
}

TEST(parking_takeover, a_log_whose_end_is_unknown_and_that_has_nothing_more_is_left_at_once) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  w.logs.ends_are_known = false;
  leave_parked(w, 1, 1, 0);
  w.logs.committed[{log_of_acme, 0}] = {{log_of_acme, 0}, 2, ""};
  w.kafka.assign(1);
  EXPECT_EQ(w.parked("acme"), 1u);
  feed(w, 1, 2, 2);
  ASSERT_TRUE(w.run_until_settled(5s));
  EXPECT_THAT(w.provider.requests, SizeIs(1));
  EXPECT_FALSE(w.reader.reads(log_of_acme));
}

TEST(parking_takeover, an_end_that_reading_has_told_is_where_this_worker_stops) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  acme_provider acme(w);
  w.logs.ends_are_known = false;
  leave_parked(w, 1, 1, 0);
  w.kafka.assign(1);
  w.loop.run_for(1s);
  leave_parked(w, 2, 1, 50);  // the partition's next owner
  w.loop.run_for(1s);
  acme.works = true;
  w.loop.run_for(1min);
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(1));
  EXPECT_THAT(w.provider.applied_to(orwel_target(2)), IsEmpty());
}

// --- One that is another change --------------------------------------------------------------------------------------------------------

TEST(parking_takeover, a_change_of_the_source_and_one_read_back_with_its_offset_are_two_to_the_breaker) {
  parking_world w(account("orwel", "limits: [], merging: false, park: { after: 1h }"));
  bool works = false;
  w.provider.react = [&](const seen_request&) { return reaction{.status = works ? 200u : 500u, .applies = false}; };
  for (int lead = 11; lead <= 12; ++lead) leave_parked(w, lead, 1, 100 + lead);  // at offsets 0 and 2
  w.kafka.committed[0] = 0;
  w.kafka.metadata[0] = delivery::encode({.writer = 0, .settled = {}, .started = {0, 1, 2}}, 0);
  w.kafka.assign(1);
  for (int lead = 1; lead <= 3; ++lead) feed(w, lead, 1, 1);
  w.loop.run_for(400ms);
  EXPECT_EQ(w.provider.requests.size(), 5u);
  EXPECT_EQ(w.of("acme").counts.breaker_openings, 1u);
  w.loop.run_for(1h);
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.log.written, IsEmpty());
}

}  // namespace
}  // namespace leadrelay
