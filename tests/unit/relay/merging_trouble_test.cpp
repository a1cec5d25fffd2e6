#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.hpp"
#include "unit/relay/merging_support.hpp"

// Changes of one lead that go together while the provider fails, or one of them always does; and after a restart.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

// --- One of them always fails ---------------------------------------------------------------------------------------------------------

/// Nine good changes of one lead, one that the provider always fails, and a good one.
void deliver_with_poison(world& w) {
  std::vector<std::string> changes{R"({"status":"qualified"})"};
  changes.resize(9, R"({"status":"won"})");
  changes.emplace_back(R"({"value":666})");
  changes.emplace_back(R"({"status":"lost"})");
  deliver_octanist(w, changes);
}

void fail_poison(world& w) {
  w.provider.react = [](const seen_request& seen) {
    const bool fails = seen.body.find("666") != std::string::npos;
    return reaction{.status = fails ? 500u : 200u, .applies = !fails};
  };
}

void expect_only_poison_buried(world& w, const std::string& attempts) {
  ASSERT_EQ(w.log.written.size(), 1u);
  const auto& headers = w.log.written[0].headers;
  EXPECT_EQ(headers.at("leadrelay.event_id"), "e10");
  EXPECT_EQ(headers.at("leadrelay.reason"), "retries_exhausted");
  EXPECT_EQ(headers.at("leadrelay.attempts"), attempts);
  EXPECT_THAT(w.provider.applied, testing::Contains(testing::Field(&seen_request::body, R"({"id":"x","status":"lost"})")));
}

TEST(merging_trouble, only_the_change_that_always_fails_is_buried) {
  world w(account("octanist", "limits: [ { requests: 1, per: 1s } ], retry: { attempts: 3, first_wait: 1ms, give_up_after: 1d }"));
  w.kafka.assign(1);
  fail_poison(w);
  deliver_with_poison(w);
  ASSERT_TRUE(w.settle_all());
  expect_only_poison_buried(w, "3");
  EXPECT_EQ(w.relay->snapshot().accounts[0].counts.breaker_openings, 0u);
}

TEST(merging_trouble, a_change_that_always_fails_opens_no_breaker_while_other_leads_are_active) {
  world w(account("octanist", "limits: [ { requests: 10, per: 1s } ]"));
  w.kafka.assign(1);
  fail_poison(w);
  const auto deliver_other = [&](int lead) {
    w.kafka.deliver(0, "other" + std::to_string(lead), octanist_event("o", R"({"value":1})", "o" + std::to_string(lead)));
  };
  for (int lead = 0; lead < 20; ++lead) deliver_other(lead);
  deliver_with_poison(w);
  for (int second = 0; second < 600; ++second) {
    if (second % 5 == 0) deliver_other(second % 20);
    w.loop.run_for(1s);
  }
  ASSERT_TRUE(w.settle_all());
  expect_only_poison_buried(w, "8");
  EXPECT_EQ(w.relay->snapshot().accounts[0].counts.breaker_openings, 0u);
}

TEST(merging_trouble, a_change_that_always_fails_keeps_no_breaker_open_though_no_other_lead_is_active) {
  world w(account("octanist", "limits: [ { requests: 1, per: 1s } ]"));
  w.kafka.assign(1);
  fail_poison(w);
  w.provider.on_connect = [] { return http::transport_error::connect_failed; };
  deliver_with_poison(w);
  w.loop.run_for(1min);
  ASSERT_NE(w.relay->snapshot().accounts[0].breaker, delivery::breaker_state::closed);
  w.provider.on_connect = [] { return http::transport_error::none; };
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 30min));
  expect_only_poison_buried(w, "8");
  w.kafka.deliver(0, "later", octanist_event("later", R"({"value":1})", "y"));
  w.kafka.deliver(0, "later", octanist_event("later", R"({"value":2})", "y"));
  w.kafka.deliver(0, "later", octanist_event("later", R"({"value":3})", "y"));
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1s);
  EXPECT_EQ(w.relay->snapshot().accounts[0].breaker, delivery::breaker_state::closed);
}

TEST(merging_trouble, retries_exhausted_together_bury_none) {
  world w(account("orwel", "limits: [ { requests: 1, per: 1s } ], retry: { attempts: 2, first_wait: 1ms }"));
  w.kafka.assign(1);
  w.provider.react = [&](const seen_request&) {
    return reaction{.status = w.provider.requests.size() <= 2 ? 500u : 200u, .applies = false};
  };
  deliver(w, 1, 3);
  ASSERT_TRUE(w.settle_all());
  EXPECT_TRUE(w.log.written.empty());
  EXPECT_THAT(bodies(w), ElementsAre(orwel_body(3), orwel_body(3), orwel_body(1), orwel_body(2), orwel_body(3)));
  EXPECT_EQ(w.kafka.metadata[0], "");
}

TEST(merging_trouble, attempts_of_a_change_that_goes_alone_again_count_from_then_on) {
  world w(account("orwel", "limits: [ { requests: 1, per: 1s } ], retry: { attempts: 2, first_wait: 1ms }"));
  w.kafka.assign(1);
  w.provider.react = [&](const seen_request&) {
    return reaction{.status = w.provider.requests.size() <= 4 ? 500u : 200u, .applies = false};
  };
  deliver(w, 1, 3);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(bodies(w), ElementsAre(orwel_body(3), orwel_body(3), orwel_body(1), orwel_body(1), orwel_body(2), orwel_body(3)));
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].value, orwel_event(1, 1));
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.attempts"), "2");
}

TEST(merging_trouble, an_echo_is_masked_in_each_dead_letter) {
  world w(account("leadpro", "limits: [ { requests: 1, per: 1s } ], retry: { attempts: 1 }"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) {
    const bool first = seen.body.find("Bloggsworth") != std::string::npos;
    return reaction{.status = 500, .body = first ? "not Bloggsworth" : "not Smithson"};
  };
  for (const char* name : {"Bloggsworth", "Smithson"})
    w.kafka.deliver(
        0, "k", R"({"id":"e","account":"acme","lead":{"id":"1"},"changes":{"first_name":"Joe","last_name":")" + std::string(name) + "\"}}");
  ASSERT_TRUE(w.settle_all());
  ASSERT_EQ(w.log.written.size(), 2u);
  for (const auto& each : w.log.written) EXPECT_EQ(each.headers.at("leadrelay.response"), "not ***");
}

// --- Marks ----------------------------------------------------------------------------------------------------------------------------

TEST(merging_trouble, an_outages_marks_leave_room_for_appends) {
  world w(account("orwel", "limits: []") + account("octanist", "limits: []", "other"));
  w.kafka.assign(1);
  int notes = 0;
  w.provider.react = [&](const seen_request& seen) {
    if (seen.target.find("/v1/") != std::string::npos) return reaction{.status = 500, .applies = false};
    ++notes;
    return reaction{};
  };
  for (int lead = 1; lead <= 400; ++lead) deliver(w, 1, 2, lead);
  w.loop.run_for(2h);
  EXPECT_EQ(started(w).size(), delivery::most_started_together);
  for (int lead = 0; lead < 3; ++lead)
    w.kafka.deliver(0, "note" + std::to_string(lead), octanist_event("n", R"({"note":"hello"})", "n" + std::to_string(lead), "other"));
  w.loop.run_for(10s);
  EXPECT_EQ(notes, 3);
}

TEST(merging_trouble, one_mark_tells_of_all_that_may_have_been_applied) {
  world w(account("orwel", "limits: [], retry: { attempts: 100, first_wait: 1s, longest_wait: 1s, give_up_after: 1d }"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 500, .applies = false}; };
  std::int64_t highest = -1;
  for (int number = 1; number <= 60; ++number) {
    deliver(w, number, number);
    w.loop.run_for(1s);
    if (started(w).empty()) continue;
    EXPECT_EQ(started(w).size(), 1u);
    EXPECT_GE(started(w)[0], highest);
    highest = started(w)[0];
  }
  EXPECT_GT(highest, 10);
}

/// A first try of changes 1 to 3 that may have been applied, and change 4 that comes before the next.
void try_three_then_four(world& w, unsigned status) {
  w.kafka.assign(1);
  w.provider.react = [&w, status](const seen_request&) {
    const std::size_t number = w.provider.requests.size();
    if (number == 1) return reaction{.error = http::transport_error::connection_lost};
    return reaction{.status = number == 2 ? status : 200, .headers = {{"Retry-After", "60"}}};
  };
  deliver(w, 1, 3);
  w.loop.run_until([&] { return w.provider.requests.size() == 1; });
  deliver(w, 4, 4);
}

const std::string waits_long =
    account("orwel", "limits: [ { requests: 1, per: 1s } ], retry: { first_wait: 20s, longest_wait: 20s, give_up_after: 1d }");

TEST(merging_trouble, where_more_together_had_no_effect_the_mark_of_fewer_stands_again) {
  world w(waits_long);
  try_three_then_four(w, 429);
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.requests.size() == 2; }, 1min));
  EXPECT_THAT(started(w), ElementsAre(3));
  w.loop.run_for(2s);
  EXPECT_THAT(started(w), ElementsAre(2));
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(bodies(w), ElementsAre(orwel_body(3), orwel_body(4), orwel_body(4)));
}

TEST(merging_trouble, where_more_together_are_rejected_fewer_that_may_have_been_applied_go_together) {
  world w(waits_long);
  try_three_then_four(w, 422);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(bodies(w), ElementsAre(orwel_body(3), orwel_body(4), orwel_body(3), orwel_body(4)));
  EXPECT_TRUE(w.log.written.empty());
}

// --- After a restart ------------------------------------------------------------------------------------------------------------------

TEST(merging_trouble, a_partition_whose_marked_change_never_comes_goes_on_after_a_while) {
  world w;
  leave_marked(w, 100);
  deliver(w, 1, 10);
  deliver(w, 1, 10, 2);
  w.loop.run_for(20s);
  EXPECT_TRUE(w.provider.requests.empty());
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 15s)) << "its lanes and changes wait once, all of them";
  EXPECT_EQ(w.provider.requests.size(), 20u);
}

TEST(merging_trouble, a_pause_does_not_end_the_wait_for_marked_changes) {
  world w(account("orwel", "limits: [], concurrency: 64"), {}, 1ull << 20);
  leave_marked(w, 4, 2);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 50ms}; };
  deliver(w, 1, 2);
  for (int lead = 100; lead < 700; ++lead) deliver(w, 1, 1, lead, 1);
  ASSERT_EQ(w.kafka.pauses, 1);
  w.loop.run_for(5s);
  ASSERT_EQ(w.kafka.resumes, 1);
  EXPECT_TRUE(w.provider.applied_to(orwel_target(1)).empty());
  deliver(w, 3, 6);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(5), orwel_body(6)));
}

TEST(merging_trouble, a_memory_that_stays_full_holds_a_partition_up_for_a_while_alone) {
  world w(account("orwel", "limits: []"), {}, 20u << 10);
  leave_marked(w, 100);
  for (int lead = 1; w.kafka.pauses == 0; ++lead) deliver(w, 1, 1, lead);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 35s));
}

TEST(merging_trouble, a_revocation_ends_the_wait_for_marked_changes) {
  world w;
  leave_marked(w, 4);
  deliver(w, 1, 1);
  w.loop.run_for(1s);
  w.kafka.revoke();
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }, 3s));
  EXPECT_TRUE(w.provider.requests.empty());
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

/// Steps of the loop that some records of partition 1 take while lanes of partition 0 wait for a marked change.
int steps_beside(int waiting_lanes) {
  world w(account("orwel", "limits: []"));
  leave_marked(w, 100'000, 2);
  for (int lead = 0; lead < waiting_lanes; ++lead) deliver(w, 1, 1, lead);
  w.loop.run_for(1s);
  int steps = 0;
  for (int lead = 0; lead < 50; ++lead) {
    deliver(w, 1, 1, 100'000 + lead, 1);
    w.loop.run_until([&] { return ++steps < 0; }, 1ms);
  }
  return steps;
}

TEST(merging_trouble, records_of_other_partitions_wake_no_lane_that_waits_for_marked_changes) {
  EXPECT_LT(steps_beside(500), steps_beside(0) + 100);
}

TEST(merging_trouble, changes_that_cannot_go_together_any_more_go_apart_and_are_told_once) {
  testing::internal::CaptureStderr();
  {
    world w(account("octanist", "limits: []"));
    leadrelay::log::start(leadrelay::log::format::text, leadrelay::log::level::warning);
    leave_marked(w, 2);
    deliver_octanist(w, {R"({"value":1})", R"({"value":2})", R"({"value":null})"});
    ASSERT_TRUE(w.settle_all());
    EXPECT_EQ(w.provider.requests.size(), 3u);
    leadrelay::log::start(leadrelay::log::format::text, leadrelay::log::level::error);
  }
  const std::string told = testing::internal::GetCapturedStderr();
  const std::string text = "changes that may have been applied together go one by one";
  ASSERT_THAT(told, HasSubstr(text));
  EXPECT_EQ(told.find(text), told.rfind(text));
}

}  // namespace
}  // namespace leadrelay
