#include <gtest/gtest.h>

#include <string>

#include "unit/relay/merging_support.hpp"

// Limits where connections are slow and partitions come and go.
namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::world;
using namespace std::chrono_literals;

TEST(limits, a_connection_that_takes_longer_than_a_turn_costs_one_turn) {
  world w(account("orwel", "merging: false, limits: [ { requests: 5, per: 10s } ]"));
  w.provider.connect_time = 700ms;
  w.kafka.assign(1, 50);
  for (int lead = 1; lead <= 100; ++lead) w.kafka.deliver(0, "l" + std::to_string(lead), orwel_event(lead, 1));
  w.loop.run_for(1h);
  // A turn comes every 105 s, when the connection of the last one has long been closed.
  EXPECT_GE(w.provider.requests.size(), 32u);
  EXPECT_LE(w.provider.requests.size(), 36u);
}

TEST(limits, a_connection_that_takes_long_once_costs_a_limit_that_goes_by_turns_little) {
  world w(account("orwel", "merging: false, limits: [ { requests: 5, per: 1s } ]"));
  w.provider.connect_time = 3s;
  w.kafka.assign(12);
  for (int lead = 1; lead <= 1000; ++lead) w.kafka.deliver(lead % 12, "l" + std::to_string(lead), orwel_event(lead, 1));
  w.loop.run_for(10s);
  w.provider.connect_time = 5ms;
  w.loop.run_for(20s);
  const std::size_t before = w.provider.requests.size();
  w.loop.run_for(60s);
  EXPECT_GE(w.provider.requests.size() - before, 285u);
}

TEST(limits, turns_follow_the_calendar_when_its_clock_is_set) {
  world w(account("orwel", "merging: false, limits: [ { requests: 3, per: 2s } ]"));
  w.kafka.assign(12);
  for (int lead = 1; lead <= 200; ++lead) w.kafka.deliver(lead % 12, "l" + std::to_string(lead), orwel_event(lead, 1));
  w.loop.run_for(20s);
  w.loop.calendar_ahead = -1h + 345ms;
  w.loop.run_for(2s);
  const std::size_t before = w.provider.requests.size();
  w.loop.run_for(20s);
  EXPECT_GE(w.provider.requests.size() - before, 27u);
  constexpr duration slot = 700ms + 1ns;
  for (std::size_t at = before; at < w.provider.requests.size(); ++at)
    EXPECT_LE((w.provider.requests[at].at + w.loop.calendar_ahead).time_since_epoch() % slot, 60ms) << "in the same slots as all workers";
}

TEST(limits, a_share_that_somebody_else_may_have_had_counts_as_used) {
  world w(account("orwel", "merging: false, limits: [ { requests: 100, per: 1h } ]"));
  w.kafka.assign(1);
  w.loop.run_for(2h);
  w.kafka.revoke();
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }, 1min));
  w.loop.run_for(10s);  // in which the group may have gone on without this worker
  w.kafka.assign(1);
  w.kafka.deliver(0, "l", orwel_event(1, 1));
  w.loop.run_for(1min);
  EXPECT_EQ(w.provider.requests.size(), 0u);
}

}  // namespace
}  // namespace leadrelay
