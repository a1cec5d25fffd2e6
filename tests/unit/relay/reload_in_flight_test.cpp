#include <gmock/gmock.h>

#include "simulation/simulated_world.hpp"
#include "unit/relay/merging_support.hpp"

// A request is sent and judged by the settings that it was built by; what is tried next is built anew.
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
using testing::SizeIs;
using namespace std::chrono_literals;

std::string acme_at(const std::string& host, const std::string& more = "limits: []") {
  return "  acme: { provider: orwel, base_url: 'http://" + host + "', credential: { env: PATH }, merging: false, " + more + " }\n";
}

bool is_at(const seen_request& seen, const std::string& host) { return seen.headers.find("Host: " + host + "\r\n") != std::string::npos; }

std::size_t requests_at(const world& w, const std::string& host) {
  return static_cast<std::size_t>(std::ranges::count_if(w.provider.requests, [&](const auto& each) { return is_at(each, host); }));
}

TEST(reload_in_flight, a_request_on_the_wire_ends_where_it_was_sent_and_the_next_goes_to_the_new_address) {
  world w(acme_at("former.test"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 10s}; };
  deliver(w, 1, 3);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(acme_at("latter.test")), std::nullopt);
  EXPECT_EQ(of(w).connections, 0u) << "the former ones are nobody's but their requests'";
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), std::vector<std::string>({orwel_body(1), orwel_body(2), orwel_body(3)}));
  EXPECT_EQ(requests_at(w, "former.test"), 1u);
  EXPECT_EQ(requests_at(w, "latter.test"), 2u);
  EXPECT_FALSE(w.provider.overlapped);
}

TEST(reload_in_flight, a_request_that_waits_for_its_connection_goes_to_the_new_address) {
  world w(acme_at("former.test"));
  w.kafka.assign(1);
  w.provider.connect_time = 4s;
  for (int lead = 1; lead <= 5; ++lead) deliver(w, 1, 2, lead);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(acme_at("latter.test")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(requests_at(w, "former.test"), 0u);
  EXPECT_EQ(w.provider.requests.size(), 10u);
  EXPECT_TRUE(w.log.written.empty());
  EXPECT_EQ(of(w).counts.transport_errors[static_cast<std::size_t>(http::transport_error::stopped)], 0u);
}

TEST(reload_in_flight, connections_that_fail_though_other_settings_have_come_tell_of_the_provider) {
  world w(acme_at("a.test", "limits: [], concurrency: 8"));
  w.kafka.assign(1);
  w.provider.connect_time = 1s;
  w.provider.on_connect = [] { return http::transport_error::connect_failed; };
  for (int lead = 1; lead <= 8; ++lead) deliver(w, 1, 1, lead);
  w.loop.run_for(500ms);
  ASSERT_EQ(w.reload(acme_at("a.test", "limits: [], concurrency: 9")), std::nullopt);
  w.loop.run_for(600ms);
  EXPECT_EQ(of(w).breaker, delivery::breaker_state::open);
}

TEST(reload_in_flight, a_pool_that_is_closed_for_another_timeout_abandons_nothing) {
  world w(acme_at("a.test", "limits: [], timeouts: { connect: 5s }"));
  w.kafka.assign(1);
  w.provider.connect_time = 2s;
  deliver(w, 1, 2);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(acme_at("a.test", "limits: [], timeouts: { connect: 6s }")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), std::vector<std::string>({orwel_body(1), orwel_body(2)}));
  EXPECT_EQ(of(w).waiting, 0u);
}

TEST(reload_in_flight, what_waits_at_the_gate_is_built_anew) {
  world w(acme_at("former.test", "limits: [], concurrency: 1"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) { return reaction{.status = is_at(seen, "former.test") ? 429u : 200u}; };
  for (int lead = 1; lead <= 30; ++lead) deliver(w, 1, 1, lead);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(acme_at("latter.test", "limits: [], concurrency: 1")), std::nullopt);
  const std::size_t before = requests_at(w, "former.test");
  w.loop.run_for(100ms);
  EXPECT_FALSE(w.provider.applied.empty()) << "the wait was the former provider's";
  ASSERT_TRUE(w.settle_all());
  EXPECT_LE(requests_at(w, "former.test"), before + 1);
}

TEST(reload_in_flight, a_retry_is_built_anew) {
  world w(acme_at("former.test"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) { return reaction{.status = is_at(seen, "former.test") ? 500u : 200u, .latency = 1s}; };
  deliver(w, 1, 1);
  w.loop.run_for(500ms);
  ASSERT_EQ(w.reload(acme_at("latter.test")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(requests_at(w, "former.test"), 1u);
  EXPECT_EQ(requests_at(w, "latter.test"), 1u);
  EXPECT_TRUE(w.log.written.empty());
}

TEST(reload_in_flight, patience_is_that_of_the_settings_it_was_built_by) {
  for (const bool patient_first : {true, false}) {
    const std::string patient = acme_at("a.test", "limits: [], retry: { attempts: 8 }");
    const std::string hasty = acme_at("a.test", "limits: [], retry: { attempts: 1 }");
    world w(patient_first ? patient : hasty);
    w.kafka.assign(1);
    int tries = 0;
    w.provider.react = [&](const seen_request&) { return reaction{.status = ++tries == 1 ? 500u : 200u, .latency = 5s}; };
    deliver(w, 1, 1);
    w.loop.run_for(1s);
    ASSERT_EQ(w.reload(patient_first ? hasty : patient), std::nullopt);
    ASSERT_TRUE(w.settle_all());
    EXPECT_EQ(w.log.written.size(), patient_first ? 0u : 1u);
  }
}

TEST(reload_in_flight, an_answer_may_take_as_long_as_when_it_was_asked_for) {
  world w(acme_at("a.test", "limits: [], timeouts: { answer: 30s }"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 20s}; };
  deliver(w, 1, 1);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(acme_at("a.test", "limits: [], timeouts: { answer: 2s }")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.provider.requests, SizeIs(1));
}

TEST(reload_in_flight, what_the_former_provider_answers_says_nothing_of_the_next_one) {
  world w(acme_at("former.test"));
  w.kafka.assign(1);
  const std::chrono::seconds reset = std::chrono::ceil<std::chrono::seconds>(w.loop.wall_now().time_since_epoch()) + 1h;
  w.provider.react = [&](const seen_request& seen) {
    if (!is_at(seen, "former.test")) return reaction{};
    return reaction{.status = seen.target == orwel_target(1) ? 200u : 429u,
                    .latency = 2s,
                    .headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", std::to_string(reset.count())}}};
  };
  deliver(w, 1, 1);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(acme_at("latter.test")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  deliver(w, 2, 2);
  w.loop.run_for(1s);
  EXPECT_EQ(requests_at(w, "latter.test"), 1u) << "none is left of the former one's limits, and of these nobody knows";
}

TEST(reload_in_flight, limits_that_the_former_provider_has_told_do_not_hold_up_the_next_one) {
  world w(acme_at("former.test"));
  w.kafka.assign(1);
  const std::chrono::seconds reset = std::chrono::ceil<std::chrono::seconds>(w.loop.wall_now().time_since_epoch()) + 1h;
  w.provider.react = [&](const seen_request& seen) {
    if (!is_at(seen, "former.test")) return reaction{};
    return reaction{.headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", std::to_string(reset.count())}}};
  };
  deliver(w, 1, 1);
  ASSERT_TRUE(w.settle_all());
  deliver(w, 2, 2);
  w.loop.run_for(1min);
  ASSERT_EQ(w.provider.requests.size(), 1u) << "none is left until the reset";
  ASSERT_EQ(w.reload(acme_at("latter.test")), std::nullopt);
  w.loop.run_for(1s);
  EXPECT_EQ(requests_at(w, "latter.test"), 1u);
}

TEST(reload_in_flight, a_request_that_appends_is_marked_anew_and_leaves_once) {
  const auto notes = [](const std::string& more) { return account("octanist", "limits: [], " + more); };
  world w(notes("concurrency: 4"));
  w.provider.connect_time = 3s;
  w.kafka.assign(1);
  deliver_octanist(w, {R"({"note":"one"})", R"({"note":"two"})"});
  w.loop.run_for(1s);
  EXPECT_THAT(started(w), SizeIs(1));
  ASSERT_EQ(w.reload(notes("concurrency: 5")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.provider.requests, SizeIs(2));
  EXPECT_TRUE(w.log.written.empty());
}

/// An account that repeats what may have been applied is set to repeat none such.
TEST(reload_in_flight, an_append_that_may_have_been_applied_is_not_repeated_once_the_account_forbids_it) {
  const auto notes = [](const std::string& more) { return account("octanist", "limits: [], " + more); };
  world w(notes("unknown_outcome: retry"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.error = http::transport_error::connection_lost}; };
  deliver_octanist(w, {R"({"note":"one"})"});
  ASSERT_TRUE(w.loop.run_until([&] { return !w.provider.requests.empty(); }));
  w.loop.run_for(30ms);
  const std::size_t before = w.provider.requests.size();
  ASSERT_EQ(w.reload(notes("unknown_outcome: dead_letter")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), before);
  ASSERT_THAT(w.log.written, SizeIs(1));
  EXPECT_EQ(w.log.written[0].headers["leadrelay.reason"], "outcome_unknown");
}

TEST(reload_in_flight, changes_that_wait_are_built_by_a_definition_as_it_is_now) {
  world w(account("orwel", "limits: [], concurrency: 1"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 1s}; };
  for (int lead = 1; lead <= 3; ++lead) w.kafka.deliver(0, "l" + std::to_string(lead), orwel_event(lead, 1));
  w.loop.run_for(500ms);
  ASSERT_EQ(w.reload(account("octanist", "limits: [], concurrency: 1")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.provider.requests, SizeIs(1));
  ASSERT_THAT(w.log.written, SizeIs(2)) << "octanist knows no properties";
  EXPECT_EQ(w.log.written[0].headers["leadrelay.reason"], "unmapped_field");
  EXPECT_EQ(w.log.written[0].headers["leadrelay.provider"], "octanist");
}

}  // namespace
}  // namespace leadrelay
