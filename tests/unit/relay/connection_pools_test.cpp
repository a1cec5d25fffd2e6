#include <gmock/gmock.h>

#include "simulation/simulated_world.hpp"
#include "unit/relay/merging_support.hpp"
#include "unit/temporary_folder.hpp"

// Which accounts share their connections, and what becomes of these as accounts come to others.
namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

std::string orwel_at(const std::string& name, const std::string& base_url, const std::string& more = "limits: []") {
  return "  " + name + ": { provider: orwel, base_url: '" + base_url + "', credential: { env: PATH }, merging: false, " + more + " }\n";
}

/// So many leads' changes, delivered all at once.
void deliver_leads(world& w, const std::string& account, int first, int count) {
  for (int lead = first; lead < first + count; ++lead) w.kafka.deliver(0, "lead" + std::to_string(lead), orwel_event(lead, 1, account));
}

/// A world of an account `acme` at http://a.test and of another, `more`, of which acme's three connections are open.
struct two_accounts : world {
  explicit two_accounts(const std::string& more) : world(orwel_at("acme", "http://a.test") + more) {
    kafka.assign(1);
    deliver_leads(*this, "acme", 1, 3);
    EXPECT_TRUE(settle_all());
    EXPECT_EQ(of(*this).connections, 3u);
  }
};

TEST(connection_pools, accounts_of_one_origin_share_their_connections) {
  two_accounts w(orwel_at("latter", "http://A.test:80/below"));
  EXPECT_EQ(of(w, "latter").connections, 3u);
  w.provider.connect_time = 1h;
  deliver_leads(w, "latter", 10, 3);
  w.loop.run_for(5s);
  EXPECT_EQ(w.provider.applied.size(), 6u) << "no connection is opened for these";
  EXPECT_EQ(of(w, "latter").connections, 3u);
}

TEST(connection_pools, what_is_connected_otherwise_is_not_shared) {
  for (const std::string& other :
       {orwel_at("latter", "http://b.test"), orwel_at("latter", "http://a.test:81"), orwel_at("latter", "https://a.test:80"),
        orwel_at("latter", "http://a.test", "limits: [], timeouts: { connect: 3s }"),
        orwel_at("latter", "http://a.test", "limits: [], largest_answer: 2KiB")}) {
    SCOPED_TRACE(other);
    two_accounts w(other);
    EXPECT_EQ(of(w, "latter").connections, 0u);
    deliver_leads(w, "latter", 10, 2);
    EXPECT_TRUE(w.settle_all());
    EXPECT_EQ(of(w, "latter").connections, 2u);
    EXPECT_EQ(of(w).connections, 3u);
  }
}

/// Of the two accounts one trusts what it shows, and reads no other files.
TEST(connection_pools, what_trusts_another_certificate_is_not_shared) {
  const test::temporary_folder folder;
  const std::string pair = "certificate: '" + folder.write("shown.pem", "any") + "', key: '" + folder.write("key.pem", "any") + "'";
  const std::string trusting = "limits: [], tls: { " + pair + ", ca: '" + folder.path("shown.pem") + "' }";
  world w(orwel_at("acme", "https://a.test", "limits: [], tls: { " + pair + " }") + orwel_at("latter", "https://a.test", trusting));
  w.kafka.assign(1);
  deliver_leads(w, "acme", 1, 3);
  EXPECT_TRUE(w.settle_all());
  EXPECT_EQ(of(w).connections, 3u);
  EXPECT_EQ(of(w, "latter").connections, 0u);
}

TEST(connection_pools, an_account_that_moves_leaves_the_connections_to_the_others_and_finds_those_that_are_there) {
  two_accounts w(orwel_at("latter", "http://a.test"));
  ASSERT_EQ(w.reload(orwel_at("acme", "http://a.test") + orwel_at("latter", "http://b.test")), std::nullopt);
  EXPECT_EQ(of(w).connections, 3u);
  EXPECT_EQ(of(w, "latter").connections, 0u);
  ASSERT_EQ(w.reload(orwel_at("acme", "http://a.test") + orwel_at("latter", "http://a.test/below")), std::nullopt);
  EXPECT_EQ(of(w, "latter").connections, 3u);
  ASSERT_EQ(w.reload(orwel_at("latter", "http://a.test/below")), std::nullopt);
  EXPECT_EQ(of(w, "latter").connections, 3u) << "acme is gone";
}

TEST(connection_pools, a_request_of_an_account_that_moves_ends_on_the_connection_that_others_go_on_with) {
  two_accounts w(orwel_at("latter", "http://a.test"));
  w.provider.react = [](const seen_request&) { return reaction{.latency = 10s}; };
  deliver_leads(w, "latter", 10, 3);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(orwel_at("acme", "http://a.test") + orwel_at("latter", "http://b.test")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 6u);
  EXPECT_EQ(of(w).connections, 3u);
  EXPECT_EQ(of(w, "latter").connections, 0u);
}

TEST(connection_pools, a_change_that_waits_for_a_shared_connection_goes_to_the_new_address_once) {
  two_accounts w(orwel_at("latter", "http://a.test"));
  w.provider.connect_time = 4s;
  deliver_leads(w, "latter", 10, 5);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(orwel_at("acme", "http://a.test") + orwel_at("latter", "http://b.test")), std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 8u);
  EXPECT_TRUE(w.log.written.empty());
  EXPECT_EQ(of(w).connections, 5u) << "the two that were opened meanwhile are acme's now";
}

TEST(connection_pools, a_configuration_that_is_not_taken_changes_nothing) {
  two_accounts w(orwel_at("latter", "http://a.test"));
  ASSERT_NE(w.reload(orwel_at("acme", "http://b.test") + "  latter: { provider: orwel, credential: { env: LEADRELAY_IS_NOT_SET } }\n"),
            std::nullopt);
  EXPECT_EQ(of(w).connections, 3u);
  EXPECT_EQ(of(w, "latter").connections, 3u);
}

}  // namespace
}  // namespace leadrelay
