#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// What is not parked, and moves that fail.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// --- What stays where it is -----------------------------------------------------------------------------------------------------------

TEST(parking_trouble, a_change_whose_request_is_in_flight_is_not_parked) {
  parking_world w(two_accounts("limits: [], concurrency: 1, park: { after: 1h, changes: 10 }"));
  w.provider.react = [](const seen_request& seen) { return reaction{.latency = lead_of(seen) == 1 ? duration{20s} : duration{1ms}}; };
  w.kafka.assign(1);
  feed(w, 1, 1, 2);
  w.loop.run_for(1s);
  for (int lead = 2; lead <= 20; ++lead) feed(w, lead, 1, 1);
  wait_until_slow(w);
  EXPECT_EQ(w.parked("acme"), 1u);
  EXPECT_EQ(w.logs.size(log_of_acme), 19u) << "all but those of lead 1, of which the second waits behind the first";
  EXPECT_EQ(w.kafka.committed[0], 0);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(2));
  EXPECT_EQ(w.provider.requests.size(), 21u);
}

TEST(parking_trouble, an_append_whose_request_may_have_left_is_buried_not_parked) {
  parking_world w(account("octanist", "limits: [], park: { after: 1h }"));
  w.provider.react = [](const seen_request&) { return reaction{.status = 401}; };
  leave_parked(w, "z", octanist_event("e0", R"({"status":"won"})", "z"), 0);
  leave_marked(w, 0);
  w.kafka.deliver(0, "k", octanist_event("e1", R"({"note":"n"})"));
  w.kafka.deliver(0, "k", octanist_event("e2", R"({"status":"won"})"));
  w.kafka.deliver(0, "l", octanist_event("e3", R"({"note":"n"})", "y"));
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 5s));
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.event_id"), "e1");
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.reason"), "outcome_unknown");
  EXPECT_EQ(w.logs.size(log_of_acme), 3u) << "what comes behind it, and the other lead's";
}

TEST(parking_trouble, changes_that_may_have_left_together_are_not_parked) {
  parking_world w(account("orwel", "limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  leave_parked(w, 9, 1, 0);
  leave_marked(w, 2);
  feed(w, 1, 1, 4);
  feed(w, 2, 1, 1);
  w.loop.run_for(10s);
  EXPECT_EQ(w.logs.size(log_of_acme), 3u) << "lead 9's, lead 2's, and what came behind those of lead 1";
  EXPECT_EQ(w.kafka.committed[0], 0);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(3), orwel_body(4)));
}

TEST(parking_trouble, an_append_that_was_clearly_refused_is_parked_without_its_mark) {
  parking_world w(account("octanist", "limits: [], park: { after: 2s }"));
  bool works = false;
  w.provider.react = [&](const seen_request&) { return reaction{.status = works ? 200u : 401u}; };
  w.kafka.assign(1);
  w.kafka.deliver(0, "k", octanist_event("e1", R"({"note":"n"})"));
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 1min));
  EXPECT_EQ(w.logs.size(log_of_acme), 1u);
  EXPECT_THAT(started(w), IsEmpty());
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied.size(), 1u);
  EXPECT_THAT(w.log.written, IsEmpty());
}

// --- Moves that fail ------------------------------------------------------------------------------------------------------------------

TEST(parking_trouble, a_move_that_fails_is_tried_again_and_others_commits_go_on_meanwhile) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.on_move = [&] { return w.mover.failed < 4 ? std::string("broker away") : std::string(); };
  w.kafka.assign(2);
  feed(w, 1, 1, 3, 0);
  ASSERT_TRUE(w.loop.run_until([&] { return w.mover.failed == 2; }, 10s));
  feed(w, 101, 1, 3, 1);
  feed(w, 102, 1, 3, 0);
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.committed[1] == 3; }, 1s)) << "before the next move";
  EXPECT_EQ(w.mover.failed, 2);
  EXPECT_EQ(w.provider.applied_to(orwel_target(102)), bodies_up_to(3));
  EXPECT_EQ(w.logs.size(log_of_acme), 0u);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 1min));
  EXPECT_EQ(w.mover.failed, 4);
  EXPECT_EQ(w.logs.size(log_of_acme), 3u);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
}

TEST(parking_trouble, a_move_tells_no_commit_of_what_it_has_not_written) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.move_time = 3s;
  w.kafka.assign(1);
  for (int lead = 1; lead <= 99; ++lead) feed(w, lead, 1, 30);
  ASSERT_TRUE(w.loop.run_until([&] { return w.mover.busy() && w.parked("acme") == 1; }, 1min));
  while (!w.all_committed()) {
    ASSERT_TRUE(w.loop.run_until([&, before = w.mover.moves.size()] { return w.mover.moves.size() > before; }, 1min));
    ASSERT_EQ(told_settled(w), static_cast<std::int64_t>(w.logs.size(log_of_acme)));
  }
  EXPECT_GE(w.mover.moves.size(), 2u) << "a move is bounded";
}

TEST(parking_trouble, a_revocation_waits_for_the_move_under_way_and_drops_the_rest) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.move_time = 3s;
  w.kafka.assign(1);
  feed(w, 1, 1, 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.mover.busy() && w.parked("acme") == 1; }, 1min));
  feed(w, 1, 3, 3);
  w.kafka.revoke();
  w.loop.run_for(1s);
  EXPECT_EQ(w.kafka.given_up, 0);
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }, 5s));
  EXPECT_EQ(w.logs.size(log_of_acme), 2u);
  EXPECT_EQ(w.kafka.committed[0], 2);
  w.kafka.assign(1);
  feed(w, 1, 3, 3);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
  w.loop.run_for(1s);
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

TEST(parking_trouble, partitions_that_are_lost_while_a_move_is_under_way_come_back_whole) {
  for (const bool moves : {true, false}) {
    parking_world w(two_accounts("limits: [], park: { after: 1s }"));
    acme_provider acme(w);
    w.mover.move_time = 3s;
    w.mover.on_move = [&] { return moves || w.mover.failed > 0 ? std::string() : std::string("fenced"); };
    w.kafka.assign(1);
    feed(w, 1, 1, 2);
    ASSERT_TRUE(w.loop.run_until([&] { return w.mover.busy() && w.parked("acme") == 1; }, 1min));
    w.kafka.revoke(true);
    w.loop.run_for(4s);
    w.kafka.assign(1);
    if (!moves) feed(w, 1, 1, 2);
    feed(w, 1, 3, 3);
    acme.works = true;
    ASSERT_TRUE(w.run_until_settled());
    EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3)) << moves;
    w.loop.run_for(1s);
    EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
  }
}

TEST(parking_trouble, a_worker_that_ends_leaves_what_is_not_moved_to_the_next) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.on_move = [] { return std::string("broker away"); };
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  w.loop.run_for(1min);
  w.restart();
  w.mover.on_move = [] { return std::string(); };
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
}

TEST(parking_trouble, changes_that_come_while_it_recovers_stay_behind_those_that_are_moved) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.mover.move_time = 2s;
  w.kafka.assign(1);
  feed(w, 1, 1, 50);
  w.loop.run_for(2500ms);
  ASSERT_TRUE(w.mover.busy());
  for (int number = 51; number <= 80; ++number) {
    feed(w, 1, number, number);
    w.loop.run_for(150ms);
    acme.works = acme.works || number == 65;
  }
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(80));
}

}  // namespace
}  // namespace leadrelay
