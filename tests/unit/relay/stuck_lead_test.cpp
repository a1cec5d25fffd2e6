#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "delivery/offset_map.hpp"
#include "simulation/simulated_world.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

constexpr int others = 100'000;
constexpr std::uint64_t memory = 16ull << 20;
const std::string account =
    "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 64,"
    " retry: { attempts: 100, give_up_after: 15m } }\n";

void fail_lead_zero(world& w) {
  w.provider.react = [](const seen_request& seen) {
    return seen.target == orwel_target(0) ? reaction{.status = 500, .latency = 1ms} : reaction{.latency = 1ms};
  };
}

/// Delivers from the offset that the broker was told on, while the worker takes any; what was delivered before stays in `w.kafka`.
void deliver_all(world& w) {
  std::int64_t& next = w.kafka.delivered_next[0];
  while (next <= others) {
    const int lead = static_cast<int>(next);
    w.kafka.deliver(0, "lead" + std::to_string(lead), orwel_event(lead, 1));
    ASSERT_LE(w.relay->snapshot().held_bytes, memory + 4096);
    if (next % 500 == 0) w.loop.run_for(20ms);
  }
}

TEST(stuck_lead, holds_up_no_other_stays_within_the_bounds_and_repeats_nothing_after_a_restart) {
  world first(account, "", memory);
  fail_lead_zero(first);
  first.kafka.assign(1);
  deliver_all(first);
  ASSERT_TRUE(first.loop.run_until([&] { return first.provider.applied.size() == others; }, 10min));
  first.loop.run_for(1s);
  EXPECT_EQ(first.kafka.committed[0], 0);
  EXPECT_LE(first.kafka.longest_metadata, delivery::most_metadata_bytes);
  EXPECT_LT(first.kafka.metadata[0].size(), 40u);
  EXPECT_TRUE(first.log.written.empty());

  world second(account, "", memory);
  fail_lead_zero(second);
  second.kafka.committed = first.kafka.committed;
  second.kafka.metadata = first.kafka.metadata;
  second.kafka.assign(1);
  deliver_all(second);
  ASSERT_TRUE(second.settle_all());
  EXPECT_TRUE(second.provider.applied.empty());
  ASSERT_EQ(second.log.written.size(), 1u);
  EXPECT_EQ(second.log.written[0].headers.at("leadrelay.reason"), "too_old");
  EXPECT_EQ(second.kafka.committed[0], others + 1);
}

/// Fewer failing changes than that may be what is wrong.
TEST(stuck_lead, an_outage_that_one_lead_alone_meets_buries_four_of_its_changes_and_no_more) {
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [] }\n");
  bool works = false;
  w.provider.react = [&](const seen_request&) { return reaction{.status = works ? 200u : 500u}; };
  w.kafka.assign(1);
  for (int change = 1; change <= 10; ++change) w.kafka.deliver(0, "lead", orwel_event(1, change));
  w.loop.run_for(2h);
  EXPECT_EQ(w.log.written.size(), 4u);
  works = true;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.log.written.size(), 4u);
  EXPECT_EQ(w.kafka.committed[0], 10);
}

}  // namespace
}  // namespace leadrelay
