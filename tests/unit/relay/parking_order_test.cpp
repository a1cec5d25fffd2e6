#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// The order of a lead's changes through parking: while the last of what is parked is delivered, and where something stays in its lane.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// --- Closing --------------------------------------------------------------------------------------------------------------------------

TEST(parking_order, an_account_under_steady_load_flows_again) {
  parking_world w(two_accounts("limits: [], park: { after: 5s }"));
  bool works = false;
  w.provider.react = [&](const seen_request&) { return reaction{.status = works ? 200u : 401u, .latency = 500ms}; };
  w.kafka.assign(1);
  int fed = 0;
  const auto feed_pairs = [&](int pairs) {
    for (; pairs > 0 && (!works || w.parked("acme") > 0 || fed < 300); --pairs, fed += 2) {
      const int lead = 1 + fed / 2 % 50;
      const int round = fed / 100;
      feed(w, lead, 2 * round + 1, 2 * round + 2);
      w.loop.run_for(50ms);
    }
  };
  feed_pairs(200);
  ASSERT_EQ(w.parked("acme"), 1u);
  works = true;
  feed_pairs(2000);
  ASSERT_EQ(w.parked("acme"), 0u);
  const std::size_t moves = w.mover.moves.size();
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.mover.moves.size(), moves);
  for (int lead = 1; lead <= 50; ++lead) {
    const auto applied = w.provider.applied_to(orwel_target(lead));
    EXPECT_EQ(applied, bodies_up_to(static_cast<int>(applied.size()))) << lead;
  }
  EXPECT_FALSE(w.provider.overlapped);
  EXPECT_EQ(w.of("acme").counts.taken, static_cast<std::uint64_t>(fed));
  EXPECT_EQ(w.of("acme").counts.delivered, static_cast<std::uint64_t>(fed));
  EXPECT_EQ(w.of("acme").waiting, 0u);
  w.loop.run_for(1s);
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

TEST(parking_order, no_more_wait_for_the_last_that_is_parked_than_half_of_those_that_may) {
  parking_world w(two_accounts("limits: [], park: { after: 1h, changes: 20 }"));
  w.provider.react = [](const seen_request& seen) { return reaction{.latency = lead_of(seen) == 1 ? duration{25s} : duration{1ms}}; };
  leave_parked(w, 1, 1, 0);
  w.kafka.assign(1);
  w.loop.run_for(1s);
  for (int lead = 2; lead <= 11; ++lead) feed(w, lead, 1, 1);
  w.loop.run_for(5s);
  EXPECT_EQ(w.logs.size(log_of_acme), 1u);
  EXPECT_EQ(w.of("acme").parked, 11u);
  feed(w, 12, 1, 1);
  w.loop.run_for(1s);
  EXPECT_EQ(w.logs.size(log_of_acme), 12u);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied.size(), 12u);
}

TEST(parking_order, what_waited_for_the_last_that_is_parked_goes_behind_it) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  w.provider.react = [](const seen_request&) { return reaction{.latency = 5s}; };
  leave_parked(w, 1, 1, 0);
  w.kafka.assign(1);
  w.loop.run_for(1s);
  feed(w, 1, 2, 4);
  EXPECT_EQ(w.of("acme").waiting, 4u);
  EXPECT_EQ(w.of("acme").counts.taken, 3u);
  ASSERT_TRUE(w.loop.run_until([&] { return w.parked("acme") == 0; }, 10s));
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(1)));
  EXPECT_EQ(w.of("acme").waiting, 3u);
  EXPECT_EQ(w.of("acme").counts.taken, 3u);
  EXPECT_EQ(w.relay->snapshot().counts.records, 4u);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.mover.moves, IsEmpty());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
}

TEST(parking_order, the_commit_of_a_drained_log_is_at_its_end) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  w.provider.react = [](const seen_request& seen) { return reaction{.latency = lead_of(seen) == 2 ? duration{20s} : duration{1ms}}; };
  for (int lead = 1; lead <= 3; ++lead) leave_parked(w, lead, 1, lead);
  w.kafka.assign(1);
  w.loop.run_for(10s);
  const kafka::offset_to_commit& told = w.logs.committed.at({log_of_acme, 0});
  EXPECT_EQ(told.next, 2) << "where lead 2's is, after the first and the end of its transaction";
  EXPECT_EQ(w.parked("acme"), 1u);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(told.next, 6);
  EXPECT_EQ(w.logs.all.at({log_of_acme, 0}).end, 6);
}

// --- Lanes in place -------------------------------------------------------------------------------------------------------------------

/// Changes 1 to 3 of lead 1 that may have been applied together by a worker that is gone, and, of lead 9, one that is parked.
struct marked_world : parking_world {
  explicit marked_world(const std::string& more = "limits: []") : parking_world(account("orwel", more + ", park: { after: 2s }")) {
    leave_parked(*this, 9, 1, 100);
    leave_marked(*this, 2);
    feed(*this, 1, 1, 3);
  }

  /// Another worker goes on from what the commit tells.
  void begin_anew(int last) {
    restart();
    kafka.assign(1);
    ASSERT_EQ(kafka.committed[0], 0);
    feed(*this, 1, 1, last);
  }
};

std::vector<std::string> bodies_of(const simulated::world& w, int lead) {
  std::vector<std::string> out;
  for (const seen_request& each : w.provider.requests)
    if (lead_of(each) == lead) out.push_back(each.body);
  return out;
}

TEST(parking_order, changes_in_place_keep_their_mark_through_clear_refusals_and_a_restart) {
  marked_world w;
  acme_provider acme(w);
  feed(w, 1, 4, 4);
  for (int lead = 2; lead <= 4; ++lead) {
    w.loop.run_for(10s);
    EXPECT_THAT(started(w), ElementsAre(2)) << lead;
    feed(w, lead, 1, 1);
  }
  w.loop.run_for(10s);
  EXPECT_EQ(w.logs.size(log_of_acme), 5u) << "all but those in place";
  w.begin_anew(4);
  for (int lead = 2; lead <= 4; ++lead) feed(w, lead, 1, 1);
  w.loop.run_for(10s);
  EXPECT_THAT(started(w), ElementsAre(2));
  EXPECT_EQ(w.logs.size(log_of_acme), 5u);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(3), orwel_body(4)));
}

TEST(parking_order, changes_in_place_keep_their_mark_though_none_of_their_requests_gets_through) {
  marked_world w;
  bool reached = false;
  w.provider.on_connect = [&] { return reached ? http::transport_error::none : http::transport_error::connect_failed; };
  feed(w, 1, 4, 4);
  w.loop.run_for(1min);
  EXPECT_THAT(started(w), ElementsAre(2));
  EXPECT_EQ(w.logs.size(log_of_acme), 2u);
  w.begin_anew(4);
  w.loop.run_for(1min);
  EXPECT_THAT(started(w), ElementsAre(2));
  reached = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(bodies(w), testing::UnorderedElementsAre(orwel_body(1), orwel_body(3), orwel_body(4)));
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(3), orwel_body(4)));
}

TEST(parking_order, changes_in_place_that_are_rejected_together_go_one_by_one_with_their_mark) {
  marked_world w;
  bool works = false;
  bool rejects = true;
  w.provider.react = [&](const seen_request& seen) {
    if (lead_of(seen) == 1 && std::exchange(rejects, false)) return reaction{.status = 404};
    return reaction{.status = works || (lead_of(seen) == 1 && seen.body == orwel_body(1)) ? 200u : 401u};
  };
  feed(w, 1, 4, 4);
  w.loop.run_for(20s);
  const auto bodies = bodies_of(w, 1);
  ASSERT_GE(bodies.size(), 3u);
  EXPECT_EQ(bodies[0], orwel_body(3)) << "all three";
  EXPECT_EQ(bodies[1], orwel_body(1));
  EXPECT_EQ(bodies[2], orwel_body(2));
  EXPECT_EQ(w.kafka.committed[0], 1);
  EXPECT_THAT(started(w), ElementsAre(2));
  w.restart();
  w.kafka.assign(1);
  feed(w, 1, 2, 4);
  w.loop.run_for(10s);
  EXPECT_THAT(started(w), ElementsAre(2));
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(1), orwel_body(3), orwel_body(4)));
  EXPECT_THAT(w.log.written, IsEmpty());
}

TEST(parking_order, a_change_that_comes_behind_those_in_place_is_parked_and_delivered_after_them) {
  marked_world w;
  bool works = false;
  w.provider.react = [&](const seen_request& seen) {
    return reaction{.status = works ? 200u : 401u, .latency = lead_of(seen) == 1 ? duration{3s} : duration{1ms}};
  };
  for (int number = 4; number <= 10; ++number) {
    feed(w, 1, number, number);
    w.loop.run_for(3s);
  }
  EXPECT_EQ(w.logs.size(log_of_acme), 8u);
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  const auto applied = w.provider.applied_to(orwel_target(1));
  ASSERT_FALSE(applied.empty());
  EXPECT_EQ(applied.front(), orwel_body(3));
  EXPECT_EQ(applied.back(), orwel_body(10));
  EXPECT_TRUE(std::ranges::is_sorted(applied, {}, [](const std::string& body) { return std::stoi(body.substr(21)); }));
}

TEST(parking_order, a_mark_is_taken_back_once_the_account_is_not_parked_and_holds_nothing_in_place_then) {
  marked_world w;
  bool refuses = false;
  w.provider.react = [&](const seen_request& seen) {
    if (refuses) return reaction{.status = 401};
    if (lead_of(seen) == 9) return reaction{.latency = 5s};
    const bool is_merged = seen.body == orwel_body(3);
    return reaction{.status = is_merged ? 404u : 200u, .latency = is_merged ? duration{1ms} : duration{10s}};
  };
  w.loop.run_for(3s);
  EXPECT_THAT(bodies_of(w, 1), ElementsAre(orwel_body(3), orwel_body(1))) << "rejected together, then the first alone";
  EXPECT_EQ(w.parked("acme"), 1u);
  EXPECT_THAT(started(w), ElementsAre(2));
  w.loop.run_for(5s);
  EXPECT_EQ(w.parked("acme"), 0u);
  EXPECT_THAT(started(w), ElementsAre(2));
  w.loop.run_for(5s);
  EXPECT_THAT(bodies_of(w, 1), ElementsAre(orwel_body(3), orwel_body(1), orwel_body(3), orwel_body(2)))
      << "the other two, which may have been applied together, then each";
  EXPECT_THAT(started(w), IsEmpty());
  refuses = true;
  w.loop.run_for(30s);
  EXPECT_EQ(w.parked("acme"), 1u);
  EXPECT_TRUE(w.all_committed());
  EXPECT_EQ(w.logs.size(log_of_acme), 2u) << "the third";
}

TEST(parking_order, of_changes_in_place_that_are_rejected_together_fewer_that_may_have_been_applied_go_together) {
  parking_world w(account("orwel",
                          "limits: [ { requests: 1, per: 1s } ], park: { after: 1h, changes: 10 },"
                          " retry: { first_wait: 20s, longest_wait: 20s, give_up_after: 1d }") +
                  account("orwel", "limits: []", "other"));
  w.provider.react = [&w](const seen_request& seen) {
    if (lead_of(seen) != 1) return reaction{.latency = 25s};
    switch (bodies_of(w, 1).size()) {
      case 1: return reaction{.error = http::transport_error::connection_lost};
      case 2: return reaction{.error = http::transport_error::connection_lost, .applies = false};
      case 3: return reaction{.status = 422};
      default: return reaction{};
    }
  };
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  ASSERT_TRUE(w.loop.run_until([&] { return bodies_of(w, 1).size() == 1; }, 1min));
  feed(w, 1, 4, 4);
  ASSERT_TRUE(w.loop.run_until([&] { return bodies_of(w, 1).size() == 2; }, 1min));
  w.loop.run_for(1s);
  for (int lead = 2; lead <= 10; ++lead) feed(w, lead, 1, 1);
  ASSERT_TRUE(w.loop.run_until([&] { return bodies_of(w, 1).size() == 4; }, 1min));
  EXPECT_EQ(w.parked("acme"), 1u);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_THAT(bodies_of(w, 1), ElementsAre(orwel_body(3), orwel_body(4), orwel_body(4), orwel_body(3), orwel_body(4)));
  EXPECT_THAT(w.log.written, IsEmpty());
}

TEST(parking_order, what_was_in_place_is_parked_in_order_once_its_account_has_flowed_and_is_down_again) {
  marked_world w("limits: [], merging: false");
  bool works = false;
  w.provider.react = [&](const seen_request& seen) {
    if (works) return reaction{};
    if (lead_of(seen) == 9) return reaction{.latency = 5s};
    return seen.body == orwel_body(3) ? reaction{.status = 404, .latency = 10s} : reaction{.status = 401};
  };
  w.loop.run_for(8s);
  EXPECT_EQ(w.parked("acme"), 0u) << "its log is drained while the request of the first three is in flight";
  w.loop.run_for(20s);
  EXPECT_EQ(w.parked("acme"), 1u);
  feed(w, 1, 4, 4);
  w.loop.run_for(5s);
  w.restart();
  w.kafka.assign(1);
  feed(w, 1, static_cast<int>(w.kafka.committed[0]) + 1, 4);
  w.loop.run_for(5s);
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
}

}  // namespace
}  // namespace leadrelay
