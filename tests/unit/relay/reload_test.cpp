#include <stdlib.h>

#include <gmock/gmock.h>

#include "simulation/simulated_world.hpp"
#include "unit/mounted_secret.hpp"
#include "unit/relay/parking_support.hpp"

// Another configuration while the relay runs: what it does to limits, credentials and connections, and when it is refused.
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
using testing::Optional;
using namespace std::chrono_literals;

std::string acme(const std::string& more) { return account("orwel", "merging: false, " + more); }

std::string with_secret(const std::string& path, const std::string& name = "acme") {
  return "  " + name + ": { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { file: '" + path +
         "' }, limits: [], merging: false }\n";
}

/// One change each of so many leads.
void deliver_leads(world& w, int first, int count) {
  for (int lead = first; lead < first + count; ++lead) w.kafka.deliver(0, "lead" + std::to_string(lead), orwel_event(lead, 1));
}

/// The most requests within any window that ends after `from`.
int most_within(const world& w, duration per, time_point from) {
  int most = 0;
  for (const seen_request& last : w.provider.requests) {
    if (last.at <= from) continue;
    int count = 0;
    for (const seen_request& each : w.provider.requests) count += each.at > last.at - per && each.at <= last.at ? 1 : 0;
    most = std::max(most, count);
  }
  return most;
}

bool carries(const seen_request& seen, const std::string& secret) { return seen.headers.find(secret) != std::string::npos; }

TEST(reload, a_stricter_limit_lets_no_window_hold_more_from_then_on) {
  world w(acme("limits: [ { requests: 100, per: 1m } ]"));
  w.kafka.assign(1);
  w.loop.run_for(3min);
  deliver_leads(w, 1, 1000);
  w.loop.run_for(90s);
  const std::size_t before = w.provider.requests.size();
  ASSERT_GT(before, 90u);
  const time_point changed = w.loop.now();
  ASSERT_EQ(w.reload(acme("limits: [ { requests: 10, per: 1m } ]")), std::nullopt);
  w.loop.run_for(10min);
  EXPECT_LE(most_within(w, 1min, changed), 10);
  EXPECT_GE(w.provider.requests.size(), before + 80);
}

TEST(reload, a_looser_limit_counts_what_has_left) {
  world w(acme("limits: [ { requests: 10, per: 1m } ]"));
  w.kafka.assign(1);
  w.loop.run_for(3min);
  deliver_leads(w, 1, 1000);
  w.loop.run_for(2min);
  const time_point changed = w.loop.now();
  ASSERT_EQ(w.reload(acme("limits: [ { requests: 60, per: 1m } ]")), std::nullopt);
  w.loop.run_for(10min);
  EXPECT_LE(most_within(w, 1min, changed), 60);
  EXPECT_GE(most_within(w, 1min, changed), 58);
}

TEST(reload, requests_that_wait_for_a_connection_do_not_leave_under_the_former_limit) {
  world w(acme("limits: [ { requests: 600, per: 1m } ]"));
  w.provider.connect_time = 2s;
  w.kafka.assign(1);
  w.loop.run_for(3min);
  deliver_leads(w, 1, 100);
  w.loop.run_for(1s);
  EXPECT_GT(of(w).in_flight, 10u);
  ASSERT_EQ(w.reload(acme("limits: [ { requests: 2, per: 1m } ]")), std::nullopt);
  w.loop.run_for(20s);
  EXPECT_LE(w.provider.requests.size(), 2u);
  w.loop.run_for(1h);
  EXPECT_EQ(w.provider.applied.size(), 100u);
}

TEST(reload, more_and_less_concurrency_hold_from_then_on) {
  world w(acme("limits: [], concurrency: 4"));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 10s}; };
  deliver_leads(w, 1, 60);
  w.loop.run_for(1s);
  EXPECT_EQ(of(w).in_flight, 4u);
  ASSERT_EQ(w.reload(acme("limits: [], concurrency: 20")), std::nullopt);
  w.loop.run_for(25s);
  EXPECT_GT(of(w).in_flight, 4u);
  ASSERT_EQ(w.reload(acme("limits: [], concurrency: 1")), std::nullopt);
  w.loop.run_for(11s);
  EXPECT_EQ(of(w).in_flight, 1u);
  ASSERT_TRUE(w.settle_all());
}

TEST(reload, another_credential_is_used_by_the_next_request_and_tried_at_once_where_the_former_was_refused) {
  mounted_secret former("former-key");
  mounted_secret latter("latter-key");
  world w(with_secret(former.path()));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) { return reaction{.status = carries(seen, "latter-key") ? 200u : 401u}; };
  deliver_leads(w, 1, 20);
  w.loop.run_for(10min);
  EXPECT_EQ(of(w).state, delivery::gate_state::credential_refused);
  ASSERT_EQ(w.reload(with_secret(latter.path())), std::nullopt);
  w.loop.run_for(100ms);
  EXPECT_FALSE(w.provider.applied.empty());
  ASSERT_TRUE(w.settle_all());
  EXPECT_TRUE(w.log.written.empty());
  former.swap_to("latter-key but old");
  w.loop.run_for(5s);
  latter.swap_to("newest latter-key");
  w.loop.run_for(2s);
  deliver_leads(w, 50, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_TRUE(carries(w.provider.requests.back(), "newest latter-key")) << "the new file is watched, the former is not";
}

std::string with_authority(const std::string& file) {
  return "  acme: { provider: orwel, base_url: 'https://a.test', credential: { env: PATH }, limits: [], merging: false, tls: { ca: '" +
         file + "' } }\n";
}

TEST(reload, tls_files_replaced_under_their_path_get_connections_of_their_own_and_the_same_ones_keep_theirs) {
  const test::temporary_folder folder;
  const std::string ca = folder.write("ca.pem", "former");
  world w(with_authority(ca));
  w.kafka.assign(1);
  deliver_leads(w, 1, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(of(w).connections, 1u);
  ASSERT_EQ(w.reload(with_authority(ca)), std::nullopt);
  EXPECT_EQ(of(w).connections, 1u);
  folder.write("ca.pem", "latter one");
  ASSERT_EQ(w.reload(with_authority(ca)), std::nullopt);
  EXPECT_EQ(of(w).connections, 0u);
}

TEST(reload, replaced_tls_files_are_tried_at_once_where_the_former_failed) {
  const test::temporary_folder folder;
  const std::string ca = folder.write("ca.pem", "former");
  world w(with_authority(ca));
  w.kafka.assign(1);
  auto trouble = http::transport_error::tls_failed;
  w.provider.on_connect = [&] { return trouble; };
  deliver_leads(w, 1, 20);
  w.loop.run_for(30min);
  EXPECT_EQ(of(w).breaker, delivery::breaker_state::open);
  trouble = http::transport_error::none;
  folder.write("ca.pem", "latter one");
  ASSERT_EQ(w.reload(with_authority(ca)), std::nullopt);
  w.loop.run_for(100ms);
  EXPECT_FALSE(w.provider.applied.empty());
  ASSERT_TRUE(w.settle_all());
}

TEST(reload, replaced_tls_files_do_not_shorten_a_wait_that_the_provider_asked_for) {
  const test::temporary_folder folder;
  const std::string ca = folder.write("ca.pem", "former");
  world w(with_authority(ca));
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.status = 429, .headers = {{"Retry-After", "120"}}}; };
  deliver_leads(w, 1, 1);
  w.loop.run_for(1s);
  ASSERT_EQ(w.provider.requests.size(), 1u);
  folder.write("ca.pem", "latter one");
  ASSERT_EQ(w.reload(with_authority(ca)), std::nullopt);
  deliver_leads(w, 2, 1);
  w.loop.run_for(100s);
  EXPECT_EQ(w.provider.requests.size(), 1u);
  w.loop.run_for(1min);
  EXPECT_GT(w.provider.requests.size(), 1u);
}

TEST(reload, what_does_not_concern_an_account_changes_nothing_of_it) {
  mounted_secret refused("refused-key");
  const std::string other = with_secret(refused.path(), "other");
  world w(acme("limits: [ { requests: 30, per: 1h } ]") + other);
  w.kafka.assign(1);
  w.loop.run_for(2h);
  w.provider.react = [](const seen_request& seen) { return reaction{.status = carries(seen, "refused-key") ? 401u : 200u, .latency = 5s}; };
  deliver_leads(w, 1, 10);
  w.kafka.deliver(0, "o", orwel_event(70, 1, "other"));
  w.loop.run_for(7s);
  EXPECT_EQ(of(w, "other").state, delivery::gate_state::credential_refused);
  w.provider.connect_time = 3s;
  deliver_leads(w, 20, 2);
  w.loop.run_for(1s);
  const std::uint64_t in_flight = of(w).in_flight;
  const std::uint64_t connections = of(w).connections;
  ASSERT_EQ(w.reload(acme("limits: [ { requests: 30, per: 1h } ]") + other + account("orwel", "limits: []", "third")), std::nullopt);
  EXPECT_EQ(of(w).in_flight, in_flight);
  EXPECT_EQ(of(w).connections, connections);
  EXPECT_EQ(of(w, "other").state, delivery::gate_state::credential_refused);
  const std::size_t before = w.provider.requests.size();
  w.loop.run_for(300ms);
  EXPECT_EQ(w.provider.requests.size(), before) << "no credential is tried anew";
  deliver_leads(w, 100, 200);
  w.loop.run_for(4h);
  std::erase_if(w.provider.requests, [](const auto& each) { return carries(each, "refused-key"); });
  EXPECT_LE(most_within(w, 1h, {}), 30);
}

TEST(reload, a_credential_that_cannot_be_read_refuses_it_and_nothing_changes) {
  world w(acme("limits: []"));
  w.kafka.assign(1);
  const std::string bad = "  new: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: LEADRELAY_NOT_SET } }\n";
  EXPECT_THAT(w.reload(acme("limits: [ { requests: 1, per: 1d } ]") + bad), Optional(HasSubstr("LEADRELAY_NOT_SET")));
  deliver_leads(w, 1, 20);
  w.kafka.deliver(0, "n", orwel_event(30, 1, "new"));
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 20u);
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers["leadrelay.reason"], "unknown_account");
  EXPECT_EQ(w.relay->snapshot().accounts.size(), 1u);
}

TEST(reload, what_is_prepared_and_dropped_changes_nothing) {
  world w(acme("limits: []"));
  w.kafka.assign(1);
  const auto ready = w.prepare(account("orwel", "limits: []", "other"));
  ASSERT_TRUE(ready && *ready);
  deliver_leads(w, 1, 1);
  w.relay->abandon();
  w.relay->apply();
  deliver_leads(w, 2, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 2u);
}

TEST(reload, a_worker_that_drains_refuses_it) {
  parking_world w(two_accounts("limits: []"));
  w.kafka.assign(1);
  w.kafka.lookup_time = 1h;
  w.loop.timers().add(w.loop.now() + 5s, [&] { boost::asio::co_spawn(w.loop.executor(), w.relay->drain(1s), boost::asio::detached); });
  const time_point began = w.loop.now();
  const auto ended = w.prepare(two_accounts("limits: []") + account("orwel", "limits: []", "third"));
  ASSERT_TRUE(ended);
  EXPECT_FALSE(*ended);
  EXPECT_LE(w.loop.now() - began, 6s) << "it holds up no drain";
  w.loop.run_for(10s);
}

TEST(reload, a_worker_that_drains_takes_nothing_that_was_prepared) {
  world w(acme("limits: []"));
  w.kafka.assign(1);
  const auto ready = w.prepare(acme("limits: []") + account("orwel", "limits: []", "other"));
  ASSERT_TRUE(ready && *ready);
  ASSERT_TRUE(w.drain());
  w.relay->apply();
  EXPECT_EQ(w.relay->snapshot().accounts.size(), 1u);
}

}  // namespace
}  // namespace leadrelay
