#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delivery/offset_map.hpp"
#include "simulation/simulated_world.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::ElementsAre;
using namespace std::chrono_literals;

void deliver(world& w, int lead, int first, int last, const std::string& account = "acme") {
  for (int number = first; number <= last; ++number) w.kafka.deliver(0, "lead" + std::to_string(lead), orwel_event(lead, number, account));
}

const std::string unmerged =
    "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], merging: false }\n";

TEST(delivery_story, a_change_delivered_is_committed) {
  world w;
  w.kafka.assign(1);
  deliver(w, 1, 1, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(1)));
  EXPECT_EQ(w.kafka.committed[0], 1);
  EXPECT_TRUE(w.log.written.empty());
}

TEST(delivery_story, changes_of_one_lead_go_one_after_another_whatever_fails) {
  world w(unmerged);
  w.kafka.assign(1);
  int count = 0;
  w.provider.react = [&](const seen_request&) {
    ++count;
    if (count % 3 == 0) return reaction{.status = 503, .latency = 5ms, .headers = {}, .body = "{}"};
    if (count % 5 == 0) return reaction{.error = http::transport_error::connection_lost, .applies = false};
    return reaction{};
  };
  deliver(w, 1, 1, 10);
  ASSERT_TRUE(w.settle_all());
  std::vector<std::string> expected;
  for (int number = 1; number <= 10; ++number) expected.push_back(orwel_body(number));
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), expected);
  EXPECT_FALSE(w.provider.overlapped);
}

TEST(delivery_story, leads_go_side_by_side) {
  world w;
  w.kafka.assign(1);
  for (int lead = 1; lead <= 10; ++lead) deliver(w, lead, 1, 1);
  w.loop.run_until([&] { return w.provider.requests.size() == 10; });
  EXPECT_EQ(w.provider.applied.size(), 0u);
  EXPECT_EQ(w.provider.in_flight_of.size(), 10u);
}

TEST(delivery_story, no_more_requests_in_flight_than_the_account_allows) {
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 3 }\n");
  w.kafka.assign(1);
  int in_flight = 0;
  int most = 0;
  w.provider.react = [&](const seen_request&) {
    most = std::max(most, ++in_flight);
    w.loop.timers().add(w.loop.now() + 19ms, [&] { --in_flight; });
    return reaction{};
  };
  for (int lead = 1; lead <= 20; ++lead) deliver(w, lead, 1, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(most, 3);
}

TEST(delivery_story, a_rejection_is_buried_with_its_context_and_the_next_change_goes_on) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) {
    if (seen.body == orwel_body(1)) return reaction{.status = 400, .headers = {}, .body = R"({"error":"bad","message":"no such thing"})"};
    return reaction{};
  };
  deliver(w, 1, 1, 2);
  ASSERT_TRUE(w.settle_all());
  ASSERT_EQ(w.log.written.size(), 1u);
  const auto& dead = w.log.written[0];
  EXPECT_EQ(dead.topic, "changes.dead");
  EXPECT_EQ(dead.key, "lead1");
  EXPECT_EQ(dead.value, orwel_event(1, 1));
  EXPECT_EQ(dead.headers.at("leadrelay.reason"), "rejected");
  EXPECT_EQ(dead.headers.at("leadrelay.http_status"), "400");
  EXPECT_EQ(dead.headers.at("leadrelay.attempts"), "1");
  EXPECT_EQ(dead.headers.at("leadrelay.event_id"), "e1-1");
  EXPECT_EQ(dead.headers.at("leadrelay.offset"), "0");
  EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(2)));
}

TEST(delivery_story, a_change_of_which_there_is_no_request_leaves_its_place_at_the_gate_to_the_next) {
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 1 }\n");
  w.kafka.assign(1);
  for (int lead = 1; lead <= 3; ++lead)
    w.kafka.deliver(0, "lead" + std::to_string(lead),
                    R"({"id":"e","account":"acme","lead":{"id":"no uuid"},"changes":{"properties":{"seq":1}}})");
  deliver(w, 4, 1, 2);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.log.written.size(), 3u);
  EXPECT_THAT(w.provider.applied_to(orwel_target(4)), ElementsAre(orwel_body(1), orwel_body(2)));
}

TEST(delivery_story, a_dead_letter_is_settled_only_when_acknowledged) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 400}; };
  int refused = 0;
  w.log.on_produce = [&] { return ++refused <= 3 ? std::string("queue full") : std::string(); };
  int failed = 0;
  w.log.on_report = [&] { return ++failed <= 2 ? std::string("broker away") : std::string(); };
  deliver(w, 1, 1, 1);
  w.loop.run_until([&] { return failed >= 1; });
  EXPECT_FALSE(w.kafka.committed.contains(0));
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.kafka.committed[0], 1);
}

TEST(delivery_story, attempts_end_as_retries_exhausted) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 500}; };
  deliver(w, 1, 1, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 8u);
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.reason"), "retries_exhausted");
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.attempts"), "8");
}

TEST(delivery_story, an_outage_of_hours_makes_no_change_too_old_takes_no_attempts_and_is_probed_now_and_then) {
  for (const bool reached : {false, true}) {
    SCOPED_TRACE(reached ? "answers 500" : "cannot be reached");
    world w(unmerged);
    w.kafka.assign(1);
    bool down = true;
    std::size_t connects = 0;
    w.provider.on_connect = [&] {
      ++connects;
      return down && !reached ? http::transport_error::connect_failed : http::transport_error::none;
    };
    w.provider.react = [&](const seen_request&) { return reaction{.status = down ? 500u : 200u}; };
    for (int lead = 1; lead <= 40; ++lead) deliver(w, lead, 1, 2);
    w.loop.run_for(3h);
    EXPECT_TRUE(w.log.written.empty());
    EXPECT_LE(reached ? w.provider.requests.size() : connects, 16u + 3 * 3600 / 24 + 10) << "one in half a minute, less a fifth";
    EXPECT_EQ(w.relay->snapshot().accounts[0].breaker == delivery::breaker_state::closed, false);
    ASSERT_TRUE(w.loop.run_until([&] { return w.relay->snapshot().accounts[0].state == delivery::gate_state::breaker_open; }, 10min));
    EXPECT_EQ(w.relay->snapshot().accounts[0].reason, reached ? "the provider fails: HTTP 500" : "the provider fails: connect_failed");
    down = false;
    ASSERT_TRUE(w.settle_all());
    EXPECT_TRUE(w.log.written.empty());
    EXPECT_EQ(w.provider.applied.size(), 80u);
  }
}

TEST(delivery_story, a_change_that_alone_makes_the_provider_fail_ends_though_the_breaker_was_open) {
  world w(unmerged);
  w.kafka.assign(1);
  bool down = true;
  w.provider.react = [&](const seen_request& seen) { return reaction{.status = down || seen.target == orwel_target(1) ? 500u : 200u}; };
  for (int lead = 1; lead <= 6; ++lead) deliver(w, lead, 1, 3);
  w.loop.run_for(10min);
  EXPECT_TRUE(w.log.written.empty());
  down = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.log.written.size(), 3u);
  for (const auto& each : w.log.written) EXPECT_EQ(each.headers.at("leadrelay.reason"), "retries_exhausted");
  EXPECT_EQ(w.provider.applied.size(), 15u);
}

TEST(delivery_story, retries_beyond_their_budget_wait_while_first_tries_go_on) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 408}; };
  for (int lead = 1; lead <= 12; ++lead) deliver(w, lead, 1, 1);
  w.loop.run_for(20s);
  EXPECT_LE(w.provider.requests.size(), 12u + 3);
  EXPECT_EQ(w.relay->snapshot().accounts[0].state, delivery::gate_state::retry_budget);
  EXPECT_GE(w.relay->snapshot().accounts[0].counts.retries_held_back, 1u);
  w.provider.react = [](const seen_request&) { return reaction{}; };
  deliver(w, 20, 1, 1);
  w.loop.run_for(1s);
  EXPECT_EQ(w.provider.applied_to(orwel_target(20)).size(), 1u);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 13u);
}

TEST(delivery_story, retry_after_holds_the_account_and_no_other) {
  world w;
  w.kafka.assign(1);
  const time_point began = w.loop.now();
  bool first = true;
  w.provider.react = [&](const seen_request& seen) {
    if (seen.target == orwel_target(1) && std::exchange(first, false)) return reaction{.status = 429, .headers = {{"Retry-After", "7"}}};
    return reaction{};
  };
  deliver(w, 1, 1, 1);
  w.loop.run_until([&] { return !first && w.provider.in_flight_of[orwel_target(1)] == 0; });
  w.loop.run_for(1s);
  deliver(w, 2, 1, 1);
  deliver(w, 3, 1, 1, "other");
  w.loop.run_for(1s);
  EXPECT_TRUE(w.provider.applied_to(orwel_target(2)).empty());
  EXPECT_EQ(w.provider.applied_to(orwel_target(3)).size(), 1u);
  ASSERT_TRUE(w.settle_all());
  for (const auto& each : w.provider.requests)
    if (each.target == orwel_target(2)) {
      EXPECT_GE(each.at - began, 7s);
    }
}

TEST(delivery_story, a_refused_credential_buries_nothing_and_is_probed_one_at_a_time) {
  world w;
  w.kafka.assign(1);
  bool refused = true;
  w.provider.react = [&](const seen_request&) { return reaction{.status = refused ? 401u : 200u}; };
  for (int lead = 1; lead <= 50; ++lead) deliver(w, lead, 1, 1);
  w.loop.run_for(10min);
  const std::size_t first_burst = 16;
  EXPECT_LE(w.provider.requests.size(), first_burst + 20);
  EXPECT_TRUE(w.log.written.empty());
  EXPECT_FALSE(w.kafka.committed.contains(0));
  refused = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 50u);
  EXPECT_TRUE(w.log.written.empty());
}

TEST(delivery_story, limits_hold_in_every_window) {
  world w(
      "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, concurrency: 100,"
      " limits: [ { requests: 50, per: 1s }, { requests: 300, per: 10s } ] }\n");
  w.kafka.assign(1);
  for (int lead = 1; lead <= 900; ++lead) deliver(w, lead, 1, 1);
  const time_point began = w.loop.now();
  ASSERT_TRUE(w.settle_all());
  const auto& seen = w.provider.requests;
  for (std::size_t i = 50; i < seen.size(); ++i) ASSERT_GE(seen[i].at - seen[i - 50].at, 1s) << i;
  for (std::size_t i = 300; i < seen.size(); ++i) ASSERT_GE(seen[i].at - seen[i - 300].at, 10s) << i;
  EXPECT_LE(w.loop.now() - began, 32s) << "30 s at 300 in 10 s, and a tenth of a window for what a former owner may have sent";
}

TEST(delivery_story, an_append_whose_answer_never_comes_is_not_sent_again) {
  world w("  acme: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH } }\n");
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.error = http::transport_error::connection_lost}; };
  w.kafka.deliver(0, "k", R"({"id":"e","account":"acme","lead":{"id":"1"},"changes":{"note":"called"}})");
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 1u);
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.reason"), "outcome_unknown");
}

TEST(delivery_story, an_answer_that_echoes_a_secret_is_masked_in_the_dead_letter) {
  world w("  acme: { provider: leadpro, base_url: 'http://127.0.0.1:1', credential: { env: PATH } }\n");
  w.kafka.assign(1);
  const std::string key = std::getenv("PATH");
  w.provider.react = [&](const seen_request&) {
    return reaction{.status = 422, .headers = {}, .body = "Bloggsworth is not allowed with " + key};
  };
  w.kafka.deliver(0, "k", R"({"id":"e","account":"acme","lead":{"id":"1"},"changes":{"first_name":"Joe","last_name":"Bloggsworth"}})");
  ASSERT_TRUE(w.settle_all());
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.response"), "*** is not allowed with ***");
}

TEST(delivery_story, a_credential_replaced_stays_masked_in_answers_of_requests_that_carried_it) {
  const std::string file = testing::TempDir() + "leadrelay_credential";
  std::ofstream(file) << "former-key";
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { file: '" + file + "' } }\n");
  w.kafka.assign(1);
  w.provider.react = [&](const seen_request& seen) {
    if (seen.headers.find("former-key") == std::string::npos) return reaction{};
    if (seen.target == orwel_target(1)) return reaction{.status = 401, .latency = 5ms};
    return reaction{.status = 400, .latency = 50ms, .headers = {}, .body = "not with former-key"};
  };
  deliver(w, 1, 1, 1);
  deliver(w, 2, 1, 1);
  w.loop.run_until([&] { return w.provider.requests.size() == 2; });
  std::ofstream(file) << "latter-key";
  ASSERT_TRUE(w.settle_all());
  std::remove(file.c_str());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)).size(), 1u);
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.response"), "not with ***");
}

TEST(delivery_story, a_provider_that_says_its_limit_is_used_up_is_left_alone_until_the_reset) {
  world w;
  w.kafka.assign(1);
  const auto reset = std::to_string(std::chrono::duration_cast<std::chrono::seconds>((w.loop.wall_now() + 40s).time_since_epoch()).count());
  w.provider.react = [&](const seen_request&) {
    return reaction{.headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", reset}}};
  };
  const time_point began = w.loop.now();
  deliver(w, 1, 1, 2);
  ASSERT_TRUE(w.settle_all());
  ASSERT_EQ(w.provider.requests.size(), 2u);
  EXPECT_GE(w.provider.requests[1].at - began, 39s);
  EXPECT_LE(w.provider.requests[1].at - began, 41s);
}

TEST(delivery_story, the_next_change_of_a_lead_leaves_once_the_commit_of_the_one_before_is_acknowledged) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "blocked", orwel_event(9, 1));
  w.provider.react = [&](const seen_request& seen) {
    if (seen.target == orwel_target(9)) return reaction{.latency = 1h};
    const int number = seen.body == orwel_body(1) ? 1 : 2;
    if (number == 2) {
      const auto map = delivery::decode_offset_map(w.kafka.metadata[0], w.kafka.committed[0]);
      EXPECT_TRUE(map && map->settled == std::vector<delivery::offset_range>({{1, 1}})) << w.kafka.metadata[0];
    }
    return reaction{};
  };
  deliver(w, 1, 1, 2);
  w.loop.run_for(1s);
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)).size(), 2u);
}

TEST(delivery_story, while_commits_fail_a_lead_does_not_go_on) {
  world w;
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  deliver(w, 1, 1, 2);
  w.loop.run_for(10s);
  EXPECT_EQ(w.provider.requests.size(), 1u);
  w.kafka.refuse_commits = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 2u);
}

TEST(delivery_story, a_change_that_comes_before_the_commit_of_the_one_before_waits_for_it) {
  world w;
  w.kafka.assign(1);
  w.kafka.commit_time = 5s;
  deliver(w, 1, 1, 1);
  w.loop.run_until([&] { return w.provider.applied.size() == 1; });
  deliver(w, 1, 2, 2);
  w.loop.run_for(4s);
  EXPECT_EQ(w.provider.requests.size(), 1u);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 2u);
}

const std::string octanist_account = "  acme: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH } }\n";
const std::string note_event = R"({"id":"e","account":"acme","lead":{"id":"1"},"changes":{"note":"called"}})";

TEST(delivery_story, an_append_leaves_once_its_mark_is_committed) {
  world w(octanist_account);
  w.kafka.assign(1);
  w.kafka.refuse_commits = true;
  w.kafka.deliver(0, "k", note_event);
  w.loop.run_for(10s);
  EXPECT_TRUE(w.provider.requests.empty());
  w.kafka.refuse_commits = false;
  w.provider.react = [&](const seen_request&) {
    const auto map = delivery::decode_offset_map(w.kafka.metadata[0], w.kafka.committed[0]);
    EXPECT_TRUE(map && map->started == std::vector<std::int64_t>({0})) << w.kafka.metadata[0];
    return reaction{};
  };
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 1u);
  EXPECT_EQ(w.kafka.metadata[0], "");
}

TEST(delivery_story, an_append_refused_for_now_loses_its_mark_until_it_leaves_again) {
  world w(octanist_account);
  w.kafka.assign(1);
  bool refuse = true;
  w.provider.react = [&](const seen_request&) { return refuse ? reaction{.status = 503, .headers = {{"Retry-After", "60"}}} : reaction{}; };
  w.kafka.deliver(0, "k", note_event);
  w.loop.run_for(30s);
  EXPECT_EQ(w.provider.requests.size(), 1u);
  EXPECT_EQ(w.kafka.metadata[0], "");
  refuse = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 1u);
}

TEST(delivery_story, an_append_that_may_have_left_before_a_restart_is_buried_as_outcome_unknown) {
  world w(octanist_account);
  w.kafka.committed[0] = 0;
  w.kafka.metadata[0] = delivery::encode({.writer = 0, .settled = {{2, 2}}, .started = {1}}, 0);
  w.kafka.assign(1);
  for (int count = 0; count < 4; ++count) w.kafka.deliver(0, "k" + std::to_string(count), note_event);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 2u);
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.reason"), "outcome_unknown");
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.offset"), "1");
}

TEST(delivery_story, an_account_that_repeats_unknown_outcomes_sends_an_append_again_after_a_restart) {
  world w("  acme: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, unknown_outcome: retry }\n");
  w.kafka.committed[0] = 0;
  w.kafka.metadata[0] = delivery::encode({.writer = 0, .settled = {}, .started = {0}}, 0);
  w.kafka.assign(1);
  w.kafka.deliver(0, "k", note_event);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 1u);
  EXPECT_TRUE(w.log.written.empty());
}

}  // namespace
}  // namespace leadrelay
