#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// When an account's changes are parked, and how they come back.
namespace leadrelay {
namespace {

using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

const std::string slow = "limits: [ { requests: 1, per: 1s } ], ";

// --- An account that is down ----------------------------------------------------------------------------------------------------------

TEST(parking, an_account_that_is_down_is_parked_and_flows_again_once_all_of_it_is_delivered) {
  parking_world w(two_accounts("limits: [], park: { after: 10s }"));
  acme_provider acme(w);
  w.kafka.assign(2);
  for (int number = 1; number <= 3; ++number)
    for (int lead = 1; lead <= 5; ++lead) feed(w, lead, number, number, lead % 2);
  feed(w, 101, 1, 3);
  w.loop.run_for(9s);
  EXPECT_THAT(w.mover.moves, IsEmpty());
  EXPECT_FALSE(w.all_committed());
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 5s));
  EXPECT_EQ(w.logs.size(log_of_acme, 0), 6u);
  EXPECT_EQ(w.logs.size(log_of_acme, 1), 9u);
  ASSERT_EQ(w.mover.moves.at(0).topics.at(0).name, log_of_acme);
  EXPECT_EQ(w.mover.moves[0].topics[0].partitions, 2) << "as many as the source has";
  EXPECT_EQ(w.provider.applied_to(orwel_target(101)), bodies_up_to(3));
  feed(w, 1, 4, 4, 1);
  feed(w, 101, 4, 4);
  w.loop.run_for(1s);
  EXPECT_TRUE(w.all_committed()) << "what comes meanwhile holds nobody up either";
  EXPECT_EQ(w.logs.size(log_of_acme, 1), 10u);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled(2min));
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
  for (int lead = 2; lead <= 5; ++lead) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(3));
  EXPECT_FALSE(w.provider.overlapped);
  const std::size_t moves = w.mover.moves.size();
  feed(w, 1, 5, 6, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.mover.moves.size(), moves) << "it flows again";
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(6));
  EXPECT_FALSE(w.reader.reads(log_of_acme, 1));
}

TEST(parking, a_provider_that_fails_is_down_too) {
  parking_world w(two_accounts("limits: [], park: { after: 10s }"));
  bool works = false;
  w.provider.react = [&](const seen_request& seen) {
    return reaction{.status = works || lead_of(seen) >= 100 ? 200u : 503u, .applies = false};
  };
  w.kafka.assign(1);
  for (int lead = 1; lead <= 20; ++lead) feed(w, lead, 1, 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 1min));
  EXPECT_EQ(w.logs.size(log_of_acme), 40u);
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.log.written, IsEmpty());
}

TEST(parking, an_account_that_works_again_in_time_is_not_parked) {
  parking_world w(two_accounts("limits: [], park: { after: 1m }"));
  acme_provider acme(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 5);
  for (int outage = 0; outage < 5; ++outage) {
    acme.works = false;
    w.loop.run_for(25s);
    acme.works = true;
    ASSERT_TRUE(w.settle_all());
    w.loop.run_for(2s);
    feed(w, 1, 6 + outage, 6 + outage);
  }
  EXPECT_EQ(w.of("acme").counts.parkings, 0u);
  EXPECT_THAT(w.mover.moves, IsEmpty());
}

TEST(parking, changes_are_read_back_in_order_after_a_restart) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.kafka.assign(2);
  for (int lead = 1; lead <= 4; ++lead) feed(w, lead, 1, 3, lead % 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed() && w.logs.size(log_of_acme) == 6; }, 1min));
  w.restart();
  w.kafka.assign(2);
  EXPECT_EQ(w.parked("acme"), 2u) << "before anything is read";
  feed(w, 1, 4, 4, 1);
  EXPECT_TRUE(w.loop.run_until([&] { return w.logs.size(log_of_acme, 1) == 7; }, 5s)) << "what is new goes behind what is parked";
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
  for (int lead = 2; lead <= 4; ++lead) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(3));
  const std::size_t requests = w.provider.requests.size();
  w.restart();
  w.kafka.assign(2);
  w.loop.run_for(1min);
  EXPECT_EQ(w.provider.requests.size(), requests) << "all of it is committed";
  EXPECT_EQ(w.parked("acme"), 0u);
}

TEST(parking, what_was_delivered_of_the_log_before_a_restart_is_not_delivered_again) {
  parking_world w(two_accounts(slow + "park: { after: 1s }"));
  for (int lead = 1; lead <= 30; ++lead) leave_parked(w, lead, 1, lead);
  w.kafka.assign(1);
  w.loop.run_for(10s);
  const std::size_t before = w.provider.applied.size();
  ASSERT_GT(before, 5u);
  ASSERT_LT(before, 20u);
  w.restart();
  w.kafka.assign(1);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.requests.size(), 30u);
}

// --- Too much of it -------------------------------------------------------------------------------------------------------------------

TEST(parking, more_changes_than_may_wait_are_parked) {
  parking_world w(two_accounts(slow + "park: { after: 1h, changes: 10 }"));
  w.kafka.assign(1);
  for (int lead = 1; lead <= 10; ++lead) feed(w, lead, 1, 1);
  EXPECT_EQ(w.parked("acme"), 0u);
  for (int lead = 1; lead <= 10; ++lead) feed(w, lead, 2, 2);
  w.loop.run_for(4s);
  EXPECT_EQ(w.parked("acme"), 0u) << "how quick it is is not known yet";
  wait_until_slow(w);
  EXPECT_EQ(w.parked("acme"), 1u);
  EXPECT_TRUE(w.all_committed());
  EXPECT_GE(w.logs.size(log_of_acme), 10u);
  EXPECT_EQ(w.of("acme").counts.parkings, 1u);
  ASSERT_TRUE(w.run_until_settled());
  for (int lead = 1; lead <= 10; ++lead) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(2));
}

TEST(parking, an_account_that_is_down_is_parked_as_soon_as_more_waits_than_may) {
  parking_world w(two_accounts("limits: [], park: { after: 1h, changes: 10 }"));
  acme_provider acme(w);
  w.kafka.assign(1);
  for (int lead = 1; lead <= 5; ++lead) feed(w, lead, 1, 1);
  w.loop.run_for(2s);
  EXPECT_EQ(w.parked("acme"), 0u);
  for (int lead = 1; lead <= 6; ++lead) feed(w, lead, 2, 2);
  EXPECT_EQ(w.parked("acme"), 1u);
}

TEST(parking, an_account_that_takes_seconds_for_what_waits_is_not_parked_however_much_that_is) {
  parking_world w(two_accounts("limits: [], concurrency: 8, park: { after: 1h, changes: 10 }"));
  w.provider.react = [](const seen_request&) { return reaction{.latency = 1s}; };
  w.kafka.assign(1);
  for (int number = 1; number <= 60; ++number) {  // 8 a second
    for (int lead = 1; lead <= (number == 1 ? 56 : 8); ++lead) feed(w, lead % 50, number, number);
    w.loop.run_for(1s);
    ASSERT_EQ(w.parked("acme"), 0u) << number << " s";
  }
  EXPECT_GT(w.of("acme").waiting, 20u);
  EXPECT_EQ(w.of("acme").counts.parkings, 0u);
}

TEST(parking, what_takes_long_is_not_parked_where_there_is_no_other_account) {
  parking_world w(account("orwel", slow + "merging: false, park: { after: 1h, changes: 10 }"), {}, 64 << 10);
  w.kafka.assign(1);
  for (int lead = 1; lead <= 80; ++lead) feed(w, lead, 1, 1);
  EXPECT_TRUE(w.relay->snapshot().paused);
  w.loop.run_for(20s);
  EXPECT_EQ(w.of("acme").counts.parkings, 0u);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.mover.moves, IsEmpty());
}

TEST(parking, more_bytes_than_may_wait_are_parked) {
  const std::string pad(10'000, 'x');
  for (const bool with_bound : {true, false}) {
    // Without a bound of its own it is a quarter of the memory.
    parking_world w(two_accounts(slow + (with_bound ? "park: { after: 1h, bytes: 64KiB }" : "park: { after: 1h }")), {},
                    with_bound ? 64ull << 20 : 256ull << 10);
    w.kafka.assign(1);
    const auto feed_padded = [&](int number) {
      w.kafka.deliver(0, "k",
                      R"({"id":"e","account":"acme","lead":{"id":"550e8400-e29b-41d4-a716-000000000001"},"changes":{"properties":{"n":)" +
                          std::to_string(number) + R"(,"pad":")" + pad + R"("}}})");
    };
    for (int number = 1; number <= 3; ++number) feed_padded(number);
    EXPECT_EQ(w.parked("acme"), 0u);
    for (int number = 4; number <= 18; ++number) feed_padded(number);
    wait_until_slow(w);
    EXPECT_EQ(w.parked("acme"), 1u) << with_bound;
    ASSERT_TRUE(w.run_until_settled());
    EXPECT_EQ(w.provider.applied.size(), 18u);
    w.loop.run_for(1s);
    EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
  }
}

TEST(parking, a_full_offset_map_parks_the_account_with_the_most_changes_there) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }", "limits: [], park: { after: 1h }"));
  w.provider.react = [&](const seen_request&) { return reaction{.status = 401u}; };
  w.kafka.assign(2);
  feed(w, 50, 1, 20, 1);
  w.loop.run_for(2s);
  int of_acme = 0;
  int fed = 0;
  while (w.parked("acme") == 0 && ++fed < 5000) {
    w.kafka.delivered_next[0] += 40;
    const int lead = fed % 5 == 0 ? 100 + fed % 50 : fed % 50;
    of_acme += lead < 100 ? 1 : 0;
    feed(w, lead, fed, fed);
  }
  ASSERT_LT(fed, 5000);
  EXPECT_EQ(w.of("acme").parked_partitions, 1u) << "there, not in the other partition";
  w.loop.run_for(2s);
  EXPECT_EQ(w.parked("other"), 0u);
  EXPECT_EQ(w.logs.size(log_of_acme, 0), static_cast<std::size_t>(of_acme));
  EXPECT_EQ(w.logs.size(log_of_acme, 1), 0u);
  EXPECT_FALSE(w.relay->snapshot().partitions.at(0).paused);
}

// --- A full memory --------------------------------------------------------------------------------------------------------------------

/// Both wait for the same, neither is parked for what it holds itself.
const std::string waits = "limits: [], park: { after: 1h, bytes: 1GiB }";

void refuse_all(simulated::world& w) {
  w.provider.react = [](const seen_request&) { return reaction{.status = 401u}; };
}

bool fill(parking_world& w) {
  int fed = 0;
  while (!w.relay->snapshot().paused && ++fed < 5000) feed(w, fed % 5 == 0 ? 100 + fed % 30 : fed % 30, fed, fed);
  return fed < 5000;
}

TEST(parking, a_full_memory_parks_the_account_that_holds_the_most) {
  parking_world w(two_accounts(waits, waits), {}, 512 << 10);
  refuse_all(w);
  w.kafka.assign(1);
  feed(w, 1, 0, 0);
  w.loop.run_for(2s);
  ASSERT_TRUE(fill(w));
  EXPECT_EQ(w.parked("acme"), 1u);
  EXPECT_EQ(w.parked("other"), 0u);
  w.loop.run_for(2s);
  EXPECT_FALSE(w.relay->snapshot().paused);
  EXPECT_EQ(w.parked("other"), 0u);
  EXPECT_EQ(w.kafka.pauses, w.kafka.resumes);
}

TEST(parking, a_full_memory_parks_no_account_that_has_little_of_it) {
  parking_world w(two_accounts(waits, waits), {}, 512 << 10);
  refuse_all(w);
  w.mover.on_move = [] { return std::string("no"); };
  w.kafka.assign(1);
  ASSERT_TRUE(fill(w));
  w.loop.run_for(2min);
  EXPECT_GT(w.mover.failed, 3);
  EXPECT_TRUE(w.relay->snapshot().paused);
  EXPECT_EQ(w.of("acme").counts.parkings, 1u);
  EXPECT_EQ(w.of("other").counts.parkings, 0u);
}

TEST(parking, memory_is_given_back_as_changes_are_moved_and_delivered) {
  parking_world w(two_accounts(waits, waits), {}, 512 << 10);
  acme_provider acme(w);
  w.kafka.assign(1);
  ASSERT_TRUE(fill(w));
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  w.loop.run_for(1s);
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
  EXPECT_EQ(w.of("acme").waiting, 0u);
}

// --- How it looks ---------------------------------------------------------------------------------------------------------------------

TEST(parking, status_tells_what_is_parked_and_what_is_in_the_way) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.problems = {"topic test.parked.acme is missing"};
  w.mover.on_move = [] { return std::string("not allowed"); };
  w.kafka.assign(3);
  EXPECT_EQ(w.of("acme").parked_partitions, 0u);
  feed(w, 1, 1, 2, 0);
  feed(w, 2, 1, 2, 1);
  w.loop.run_for(10s);
  EXPECT_EQ(w.of("acme").parked_partitions, 3u);
  EXPECT_EQ(w.of("acme").parked, 4u);
  EXPECT_EQ(w.of("acme").counts.parkings, 1u);
  EXPECT_EQ(w.of("acme").counts.parked, 0u);
  EXPECT_EQ(w.of("other").parked_partitions, 0u);
  EXPECT_THAT(w.relay->snapshot().troubles,
              ElementsAre("changes cannot be parked: not allowed", "parking: topic test.parked.acme is missing"));
  w.mover.on_move = [] { return std::string(); };
  w.loop.run_for(1min);
  EXPECT_EQ(w.of("acme").counts.parked, 4u);
  EXPECT_EQ(w.of("acme").parked, 4u);
  EXPECT_THAT(w.relay->snapshot().troubles, ElementsAre(HasSubstr("is missing")));
  w.mover.problems.clear();
  w.loop.run_for(2min);
  EXPECT_THAT(w.relay->snapshot().troubles, IsEmpty()) << "the topic has been made";
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.mover.moves.at(0).topics.at(0).largest_record, w.configuration->max_record);
  EXPECT_EQ(w.of("acme").parked, 0u);
  EXPECT_EQ(w.of("acme").counts.delivered, 4u);
  EXPECT_EQ(w.of("acme").counts.taken, 4u) << "each once, though it is taken in twice";
}

TEST(parking, what_it_needs_is_looked_at_once) {
  parking_world w(two_accounts("limits: []", "limits: [], park: false"));
  w.kafka.assign(3);
  w.loop.run_for(1s);
  ASSERT_EQ(w.mover.checked.size(), 1u);
  EXPECT_EQ(w.mover.checked[0].name, log_of_acme);
  EXPECT_EQ(w.mover.checked[0].partitions, 3);
  EXPECT_EQ(w.mover.checked[0].largest_record, w.configuration->max_record) << "so that the topic is made for what is taken in";
}

TEST(parking, an_account_that_is_not_to_be_parked_never_is) {
  parking_world w(two_accounts("limits: [], park: false", "limits: [], park: false"), {}, 256 << 10);
  acme_provider acme(w);
  w.kafka.assign(1);
  ASSERT_TRUE(fill(w));
  w.loop.run_for(1h);
  EXPECT_THAT(w.mover.moves, IsEmpty());
  EXPECT_THAT(w.mover.checked, IsEmpty());
  EXPECT_EQ(w.parked("acme"), 0u);
  EXPECT_FALSE(w.all_committed());
  acme.works = true;
  ASSERT_TRUE(w.settle_all());
}

TEST(parking, changes_that_were_parked_before_it_was_switched_off_are_delivered) {
  parking_world w(two_accounts("limits: [], park: false"));
  acme_provider acme(w);
  leave_parked(w, 1, 1, 0);
  w.kafka.committed[0] = 1;
  w.kafka.assign(1);
  feed(w, 1, 2, 3);
  w.loop.run_for(5s);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
  feed(w, 1, 4, 4);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
}

}  // namespace
}  // namespace leadrelay
