#include <stdlib.h>

#include <algorithm>
#include <optional>

#include <gmock/gmock.h>

#include "base/log.hpp"
#include "simulation/simulated_world.hpp"
#include "unit/mounted_secret.hpp"
#include "unit/relay/snapshot_support.hpp"

// An account whose credential is refused, and whose secret changes.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using test::mounted_secret;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string account_with(const std::string& file, const std::string& name = "acme") {
  return "  " + name + ": { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { file: '" + file +
         "' }, limits: [], merging: false }\n";
}

bool carries(const seen_request& seen, const std::string& secret) { return seen.headers.find(secret) != std::string::npos; }

/// Accepts one key alone.
void accept_only(world& w, const std::string& secret, unsigned otherwise = 401) {
  w.provider.react = [secret, otherwise](const seen_request& seen) { return reaction{.status = carries(seen, secret) ? 200u : otherwise}; };
}

void deliver(world& w, int leads, int changes, const std::string& account = "acme") {
  for (int number = 1; number <= changes; ++number)
    for (int lead = 1; lead <= leads; ++lead) w.kafka.deliver(0, account + std::to_string(lead), orwel_event(lead, number, account));
}

std::size_t requests_with(const world& w, const std::string& secret) {
  return static_cast<std::size_t>(std::ranges::count_if(w.provider.requests, [&](const auto& each) { return carries(each, secret); }));
}

TEST(credential, a_refused_key_buries_nothing_and_everything_flows_within_2_s_of_a_new_one) {
  for (const unsigned status : {401u, 403u}) {
    mounted_secret secret("former-key");
    world w(account_with(secret.path()));
    w.kafka.assign(1);
    accept_only(w, "latter-key", status);
    deliver(w, 30, 3);
    w.loop.run_for(20min);
    EXPECT_TRUE(w.log.written.empty());
    EXPECT_FALSE(w.kafka.committed.contains(0));
    EXPECT_EQ(of(w).waiting, 90u);
    secret.swap_to("latter-key");
    EXPECT_TRUE(w.loop.run_until([&] { return !w.provider.applied.empty(); }, 2s)) << status;
    ASSERT_TRUE(w.settle_all());
    EXPECT_TRUE(w.log.written.empty());
    for (int lead = 1; lead <= 30; ++lead)
      EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), std::vector<std::string>({orwel_body(1), orwel_body(2), orwel_body(3)}));
  }
}

TEST(credential, a_new_key_does_not_wait_for_requests_that_hang_with_the_former_one) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path()));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) {
    if (carries(seen, "latter-key")) return reaction{};
    return seen.target == orwel_target(1) ? reaction{.latency = 10h} : reaction{.status = 401};
  };
  deliver(w, 5, 1);
  w.loop.run_for(5s);
  EXPECT_EQ(of(w).state, delivery::gate_state::credential_refused);
  secret.swap_to("latter-key");
  EXPECT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 4; }, 2s));
  EXPECT_EQ(of(w).in_flight, 1u);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(of(w).in_flight, 0u);
}

TEST(credential, a_new_key_that_is_refused_as_well_is_probed_one_at_a_time) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path()));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 401}; };
  deliver(w, 30, 1);
  w.loop.run_for(10min);
  const std::size_t before = w.provider.requests.size();
  secret.swap_to("latter-key");
  w.loop.run_for(1100ms);
  EXPECT_EQ(requests_with(w, "latter-key"), 1u) << "at once";
  w.loop.run_for(2s);
  EXPECT_EQ(requests_with(w, "latter-key"), 2u) << "a second later";
  w.loop.run_for(29s);
  EXPECT_LE(w.provider.requests.size(), before + 6) << "1, 2, 4, 8 and 16 seconds apart";
  EXPECT_TRUE(w.log.written.empty());
}

TEST(credential, a_key_rotated_while_changes_flow_is_carried_by_what_leaves_later_and_stops_nothing) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path()));
  w.kafka.assign(1);
  std::string accepted = "former-key";
  w.provider.react = [&](const seen_request& seen) { return reaction{.status = carries(seen, accepted) ? 200u : 401u, .latency = 300ms}; };
  deliver(w, 20, 10);
  w.loop.run_for(1s);
  secret.swap_to("latter-key");
  w.loop.run_for(100ms);
  accepted = "latter-key";  // while the watch may not have looked
  ASSERT_TRUE(w.settle_all());
  EXPECT_TRUE(w.log.written.empty());
  for (int lead = 1; lead <= 20; ++lead) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)).size(), 10u);
  EXPECT_LE(w.provider.requests.size(), 200u + 16u + 1u) << "what was in flight goes again, and nothing more";
}

TEST(credential, both_keys_accepted_for_a_while_nothing_is_refused) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path()));
  w.kafka.assign(1);
  deliver(w, 5, 100);
  w.loop.run_for(500ms);
  secret.swap_to("latter-key");
  w.loop.run_for(1s);
  const std::size_t former = requests_with(w, "former-key");
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 500u);
  EXPECT_EQ(requests_with(w, "former-key"), former);
}

TEST(credential, a_swap_to_nothing_or_to_an_empty_file_keeps_the_former_key_until_there_is_one) {
  for (const std::optional<std::string>& bad :
       {std::optional<std::string>(), std::optional<std::string>(""), std::optional<std::string>("a\nb")}) {
    mounted_secret secret("former-key");
    world w(account_with(secret.path()));
    w.kafka.assign(1);
    secret.swap_to(bad);
    w.loop.run_for(5s);
    deliver(w, 3, 1);
    ASSERT_TRUE(w.settle_all());
    EXPECT_EQ(requests_with(w, "former-key"), 3u);
    EXPECT_TRUE(of(w).credential_unreadable);
    EXPECT_THAT(of(w).reason, HasSubstr("the credential cannot be read anew"));
    EXPECT_EQ(of(w).state, delivery::gate_state::flowing);
    secret.swap_to("latter-key");
    w.loop.run_for(1s);
    EXPECT_FALSE(of(w).credential_unreadable);
    EXPECT_EQ(of(w).reason, "");
    w.kafka.deliver(0, "k", orwel_event(9, 1));
    ASSERT_TRUE(w.settle_all());
    EXPECT_EQ(requests_with(w, "latter-key"), 1u);
  }
}

TEST(credential, trouble_with_a_file_is_logged_once_and_names_account_and_path_but_no_secret) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path()));
  leadrelay::log::start(leadrelay::log::format::text, leadrelay::log::level::info);
  testing::internal::CaptureStderr();
  secret.swap_to("");
  w.loop.run_for(10s);
  secret.swap_to("latter-key");
  w.loop.run_for(10s);
  const std::string log = testing::internal::GetCapturedStderr();
  leadrelay::log::start(leadrelay::log::format::text, leadrelay::log::level::error);
  const auto times = [&](const std::string& text) {
    int count = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(times("cannot be read anew"), 1) << log;
  EXPECT_EQ(times("can be read again"), 1) << log;
  EXPECT_EQ(times("credential changed"), 1) << log;
  EXPECT_THAT(log, HasSubstr("acme"));
  EXPECT_THAT(log, HasSubstr(secret.path()));
  EXPECT_EQ(times("-key"), 0) << log;
}

TEST(credential, accounts_that_share_a_file_all_get_the_new_key) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path(), "acme") + account_with(secret.path(), "other") + account_with(secret.path(), "third"));
  w.kafka.assign(1);
  accept_only(w, "latter-key");
  for (const char* account : {"acme", "other", "third"}) deliver(w, 3, 1, account);
  w.loop.run_for(5min);
  EXPECT_TRUE(w.provider.applied.empty());
  secret.swap_to("latter-key");
  w.loop.run_for(2s);
  EXPECT_EQ(w.provider.applied.size(), 9u);
}

TEST(credential, one_account_refused_holds_up_no_other) {
  mounted_secret bad("bad-key");
  mounted_secret good("good-key");
  world w(account_with(bad.path(), "acme") + account_with(good.path(), "other"));
  w.kafka.assign(1);
  accept_only(w, "good-key");
  deliver(w, 20, 2, "acme");
  deliver(w, 20, 2, "other");
  w.loop.run_for(10s);
  EXPECT_EQ(of(w, "other").counts.delivered, 40u);
  EXPECT_EQ(of(w, "acme").waiting, 40u);
}

TEST(credential, an_environment_variable_is_read_again_at_each_probe) {
  ASSERT_EQ(setenv("LEADRELAY_TEST_SECRET", "former-key", 1), 0);
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: LEADRELAY_TEST_SECRET }, limits: [] }\n");
  w.kafka.assign(1);
  accept_only(w, "latter-key");
  deliver(w, 3, 1);
  w.loop.run_for(10s);
  ASSERT_EQ(setenv("LEADRELAY_TEST_SECRET", "latter-key", 1), 0);
  const std::size_t before = w.provider.requests.size();
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), before + 3) << "the next probe carries it";
}

TEST(credential, requests_still_connecting_when_the_key_is_refused_do_not_leave) {
  world w;
  w.kafka.assign(1);
  bool refused = true;
  std::size_t at_once = 0;
  std::size_t most_at_once = 0;
  w.provider.react = [&](const seen_request&) {
    most_at_once = std::max(most_at_once, ++at_once);
    w.loop.timers().add(w.loop.now() + 200us, [&] { --at_once; });
    return reaction{.status = refused ? 401u : 200u, .latency = 200us};
  };
  w.kafka.deliver(0, "first", orwel_event(99, 1));  // gets its connection before the others
  w.loop.run_for(900us);
  deliver(w, 15, 1);
  w.loop.run_for(10min);
  EXPECT_EQ(most_at_once, 1u);
  refused = false;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 16u);
}

TEST(credential, a_late_answer_to_a_request_from_before_the_refusal_does_not_end_it) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) {
    return seen.target == orwel_target(1) ? reaction{.latency = 5s} : reaction{.status = 401};
  };
  deliver(w, 40, 1);
  w.loop.run_for(5500ms);
  EXPECT_EQ(of(w).state, delivery::gate_state::credential_refused);
  EXPECT_EQ(w.provider.applied.size(), 1u);
  EXPECT_LE(w.provider.requests.size(), 16u + 2u) << "no second burst";
}

TEST(credential, the_state_tells_why_and_since_when_until_the_key_is_accepted) {
  mounted_secret secret("former-key");
  world w(account_with(secret.path()));
  w.kafka.assign(1);
  accept_only(w, "latter-key", 403);
  const wall_time began = w.loop.wall_now();
  deliver(w, 3, 1);
  w.loop.run_for(10min);
  const relay::account_snapshot refused = of(w);
  EXPECT_EQ(refused.state, delivery::gate_state::credential_refused);
  EXPECT_THAT(refused.reason, HasSubstr("HTTP 403"));
  ASSERT_TRUE(refused.since);
  EXPECT_LE(*refused.since - began, 1s);
  secret.swap_to("latter-key");
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(of(w).state, delivery::gate_state::flowing);
  EXPECT_EQ(of(w).reason, "");
  EXPECT_FALSE(of(w).since);
}

}  // namespace
}  // namespace leadrelay
