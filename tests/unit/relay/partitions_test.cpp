#include <gtest/gtest.h>

#include "simulation/simulated_world.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

TEST(partitions, a_commit_never_covers_a_change_that_is_not_settled) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) {
    return reaction{.latency = seen.target == orwel_target(3) ? duration{10s} : duration{10ms}};
  };
  for (int lead = 1; lead <= 6; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 1));
  w.loop.run_for(5s);
  EXPECT_EQ(w.kafka.committed[0], 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }));
  EXPECT_EQ(w.kafka.committed[0], 6);
}

TEST(partitions, a_commit_that_fails_is_sent_again) {
  world w;
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(2s);
  EXPECT_GT(w.kafka.commits, 1);
  EXPECT_LT(w.kafka.commits, 25);
  w.kafka.refuse_commits = false;
  EXPECT_TRUE(w.loop.run_until([&] { return w.all_committed(); }));
}

TEST(partitions, a_revocation_waits_for_what_is_in_flight_and_starts_nothing) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 2s}; };
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.kafka.deliver(0, "k", orwel_event(1, 2));
  w.loop.run_for(1s);
  w.kafka.revoke();
  w.loop.run_for(500ms);
  EXPECT_EQ(w.kafka.given_up, 0);
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }));
  EXPECT_EQ(w.provider.requests.size(), 1u);
  EXPECT_EQ(w.kafka.committed[0], 1);
  w.loop.run_for(1min);
  EXPECT_EQ(w.provider.requests.size(), 1u);
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

TEST(partitions, a_lead_alone_waits_for_its_commits_no_longer_than_they_take) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const simulated::seen_request&) { return simulated::reaction{.latency = 2ms}; };
  for (int change = 1; change <= 10; ++change) w.kafka.deliver(0, "lead", orwel_event(1, change));
  EXPECT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 10; }, 80ms));
}

const std::string two_at_once =
    "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 2, merging: false }\n";

/// So many changes of each lead, whose provider answers after 2 ms.
void deliver_backlog(world& w, int leads, int changes) {
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 2ms}; };
  for (int change = 1; change <= changes; ++change)
    for (int lead = 1; lead <= leads; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, change));
}

TEST(partitions, commits_are_rarer_while_others_wait_at_the_gate) {
  world w(two_at_once);
  deliver_backlog(w, 200, 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 400; }, 500ms));
  EXPECT_LT(w.kafka.commits, 50);
}

TEST(partitions, commits_are_rarest_while_many_wait_at_the_gate_and_none_is_left_idle_by_it) {
  world w(two_at_once);
  deliver_backlog(w, 1000, 4);
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() >= 3000; }, 3020ms)) << "two at once, each 2 ms";
  EXPECT_LT(w.kafka.commits, 40) << "about ten a second";
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 4000; }, 1500ms));
}

TEST(partitions, a_revocation_sends_a_refused_commit_again) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_until([&] { return w.provider.applied.size() == 1; });
  w.kafka.refuse_commits = true;
  w.kafka.revoke();
  w.loop.run_for(500ms);
  EXPECT_EQ(w.kafka.given_up, 0);
  w.kafka.refuse_commits = false;
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }));
  EXPECT_EQ(w.kafka.committed[0], 1);
}

TEST(partitions, a_revocation_ends_back_offs_and_waits_at_the_gate) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 429, .headers = {{"Retry-After", "200"}}}; };
  for (int lead = 1; lead <= 30; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 1));
  w.loop.run_for(5s);
  const time_point began = w.loop.now();
  w.kafka.revoke();
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }));
  EXPECT_LT(w.loop.now() - began, 1s);
  EXPECT_TRUE(w.kafka.committed.empty());
  EXPECT_TRUE(w.log.written.empty());
}

TEST(partitions, lost_partitions_are_given_up_at_once_and_never_committed) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 2s}; };
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(1s);
  w.kafka.revoke(true);
  EXPECT_EQ(w.kafka.given_up, 1);
  w.loop.run_for(1min);
  EXPECT_EQ(w.provider.applied.size(), 1u);
  EXPECT_TRUE(w.kafka.committed.empty());
}

TEST(partitions, what_was_settled_of_a_lost_partition_is_not_delivered_again_when_it_comes_back) {
  world w;
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  for (int lead = 1; lead <= 3; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 1));
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 3; }));
  w.kafka.revoke(true);
  w.loop.run_for(1min);
  w.kafka.refuse_commits = false;
  w.kafka.assign(1);
  for (int lead = 1; lead <= 4; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 1));
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 4u);
}

TEST(partitions, a_commit_that_has_gone_back_delivers_again_what_was_settled) {
  world w;
  w.kafka.assign(1);
  for (int lead = 1; lead <= 3; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 1));
  ASSERT_TRUE(w.settle_all());
  w.kafka.revoke(true);
  w.kafka.committed.clear();
  w.kafka.metadata.clear();
  w.kafka.assign(1);
  for (int lead = 1; lead <= 3; ++lead) w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 2));
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 6u);
}

TEST(partitions, leads_whose_commits_fail_stay_within_the_memory) {
  world w(world::default_accounts, "", 64 << 10);
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  int lead = 0;
  for (; w.kafka.pauses == 0 && lead < 1000; ++lead) {
    w.kafka.deliver(0, "k" + std::to_string(lead), orwel_event(lead, 1));
    w.loop.run_for(1s);
  }
  EXPECT_LT(lead, 80);
  w.kafka.refuse_commits = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_TRUE(w.loop.run_until([&] { return w.kafka.resumes == 1; }));
}

TEST(partitions, a_lead_goes_on_after_a_lost_session_once_the_broker_knows_what_was_settled_before) {
  world w;
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.kafka.deliver(0, "k", orwel_event(1, 2));
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 1; }));
  w.kafka.revoke(true);
  w.kafka.assign(1);
  for (int number = 1; number <= 2; ++number) w.kafka.deliver(0, "k", orwel_event(1, number));
  w.loop.run_for(1min);
  EXPECT_EQ(w.provider.requests.size(), 1u);
  w.kafka.refuse_commits = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 2u);
}

TEST(partitions, a_request_that_ends_after_its_partition_came_back_is_not_sent_again) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 2s}; };
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(1s);
  w.kafka.revoke(true);
  w.kafka.assign(1);
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.kafka.deliver(0, "other", orwel_event(2, 1));
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 2u);
}

TEST(partitions, a_change_rejected_after_its_partition_was_given_up_is_not_buried) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 400, .latency = 2s}; };
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(1s);
  w.kafka.revoke(true);
  w.loop.run_for(1min);
  EXPECT_TRUE(w.log.written.empty());
}

TEST(partitions, a_dead_letter_that_waits_is_not_written_after_its_partition_was_given_up) {
  world w;
  w.kafka.assign(1);
  w.log.on_produce = [] { return std::string("queue full"); };
  w.kafka.deliver(0, "k", "{");
  w.loop.run_for(1s);
  w.kafka.revoke(true);
  w.log.on_produce = [] { return std::string(); };
  w.loop.run_for(1min);
  EXPECT_TRUE(w.log.written.empty());
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

TEST(partitions, a_partition_that_comes_back_goes_on_where_it_was_committed) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }));
  w.kafka.revoke();
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }));
  w.kafka.assign(1);
  EXPECT_EQ(w.kafka.delivered_next[0], 1);
  w.kafka.deliver(0, "k", orwel_event(1, 2));
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }));
  EXPECT_EQ(w.provider.applied.size(), 2u);
}

TEST(partitions, a_drain_lets_what_is_in_flight_end_and_commits_it) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 3s}; };
  for (int number = 1; number <= 3; ++number) w.kafka.deliver(0, "k", orwel_event(1, number));
  w.loop.run_for(1s);
  EXPECT_TRUE(w.drain());
  EXPECT_EQ(w.provider.requests.size(), 1u);
  EXPECT_EQ(w.kafka.committed[0], 1);
}

TEST(partitions, a_drain_ends_within_its_grace_though_a_provider_hangs) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 1h}; };
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(1s);
  const time_point began = w.loop.now();
  EXPECT_TRUE(w.drain(10s));
  EXPECT_LE(w.loop.now() - began, 11s);
  EXPECT_TRUE(w.kafka.committed.empty());
  EXPECT_TRUE(w.log.written.empty());
}

TEST(partitions, a_slow_last_commit_has_what_requests_leave_of_the_grace) {
  world w;
  w.kafka.assign(1);
  w.kafka.commit_time = 5s;
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(50ms);
  EXPECT_TRUE(w.drain(20s));
  EXPECT_EQ(w.kafka.committed[0], 1);
  EXPECT_EQ(w.relay->snapshot().partitions.size(), 0u);
}

TEST(partitions, a_drain_does_not_wait_for_the_last_commit_of_a_revocation) {
  world w;
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  w.loop.run_for(50ms);
  w.kafka.revoke();
  w.loop.run_for(3s);
  EXPECT_EQ(w.kafka.given_up, 0) << "the commit may still work";
  const time_point began = w.loop.now();
  EXPECT_TRUE(w.drain(10s));
  EXPECT_LE(w.loop.now() - began, 11s);
}

TEST(partitions, a_drain_without_an_assignment_ends_at_once) {
  world w;
  EXPECT_TRUE(w.drain());
}

TEST(partitions, a_worker_is_ready_between_its_assignment_and_its_drain) {
  world w;
  EXPECT_TRUE(w.relay->not_ready().has_value());
  w.relay->on_error("broker away", false);
  EXPECT_NE(w.relay->not_ready()->find("broker away"), std::string::npos);
  w.kafka.assign(1);
  EXPECT_FALSE(w.relay->not_ready().has_value());
  EXPECT_TRUE(w.drain());
  EXPECT_EQ(w.relay->not_ready(), "draining");
}

}  // namespace
}  // namespace leadrelay
