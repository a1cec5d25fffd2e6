#include <gmock/gmock.h>

#include "unit/relay/parking_support.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

TEST(watchdog, a_partition_whose_oldest_change_does_not_end_is_stalled_until_it_does) {
  world w;
  w.kafka.assign(2);
  bool hold = true;
  w.provider.react = [&](const seen_request& seen) {
    return hold && seen.target == orwel_target(1) ? reaction{.status = 503, .headers = {{"Retry-After", "20"}}} : reaction{};
  };
  w.kafka.deliver(0, "stuck", orwel_event(1, 1));
  w.loop.run_for(90s);
  auto seen = w.relay->snapshot();
  EXPECT_TRUE(seen.partitions[0].stalled);
  EXPECT_FALSE(seen.partitions[1].stalled);
  EXPECT_EQ(seen.counts.stalls, 1u);
  hold = false;
  ASSERT_TRUE(w.settle_all());
  w.kafka.deliver(1, "k", orwel_event(2, 1, "other"));
  w.loop.run_for(20s);
  seen = w.relay->snapshot();
  EXPECT_FALSE(seen.partitions[0].stalled);
  EXPECT_EQ(seen.counts.stalls, 1u);
}

std::size_t stalled_now(world& w) {
  const auto seen = w.relay->snapshot().partitions;
  return static_cast<std::size_t>(std::ranges::count_if(seen, &relay::partition_snapshot::stalled));
}

TEST(watchdog, what_is_parked_is_stalled_only_where_its_account_is_well) {
  parking_world w(two_accounts("limits: [], park: { after: 10s }, retry: { give_up_after: 1d }"));
  acme_provider acme(w);
  w.kafka.assign(1);
  for (int lead = 1; lead <= 3; ++lead) feed(w, lead, 1, 2);
  w.loop.run_for(10min);
  EXPECT_GT(w.relay->snapshot().partitions.size(), 1u) << "parked changes are read back";
  EXPECT_EQ(stalled_now(w), 0u);
  EXPECT_EQ(w.relay->snapshot().counts.stalls, 0u);
  w.provider.react = [](const seen_request& seen) {
    return seen.target == orwel_target(1) ? reaction{.status = 503, .headers = {{"Retry-After", "20"}}} : reaction{};
  };
  ASSERT_TRUE(w.loop.run_until([&] { return stalled_now(w) == 1; }, 5min)) << "of a provider that works, one change does not end";
  w.provider.react = [](const seen_request&) { return reaction{}; };
  ASSERT_TRUE(w.loop.run_until([&] { return w.parked("acme") == 0 && stalled_now(w) == 0; }, 1h));
}

TEST(watchdog, an_idle_worker_keeps_no_timer) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "k", orwel_event(1, 1));
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1min);
  EXPECT_FALSE(w.loop.timers().next().has_value());
}

TEST(troubles, name_what_goes_wrong_until_it_works_again) {
  world w;
  w.kafka.assign(1);
  EXPECT_THAT(w.relay->snapshot().troubles, IsEmpty());
  w.kafka.refuse_commits = true;
  w.log.on_produce = [] { return std::string("queue full"); };
  w.kafka.deliver(0, "bad", "{");
  w.kafka.deliver(0, "good", orwel_event(1, 1));
  w.kafka.deliver(0, "better", orwel_event(2, 1));
  w.loop.run_for(1s);
  w.relay->on_error("_ALL_BROKERS_DOWN: 1/1 brokers are down", false);
  EXPECT_FALSE(w.relay->not_ready().has_value());
  const auto seen = w.relay->snapshot();
  EXPECT_THAT(seen.troubles,
              testing::UnorderedElementsAre(HasSubstr("ALL_BROKERS_DOWN"), HasSubstr("commits fail"), HasSubstr("queue full")));
  EXPECT_EQ(seen.dead_letters_unwritten, 1u);
  w.kafka.refuse_commits = false;
  w.log.on_produce = [] { return std::string(); };
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1s);
  EXPECT_THAT(w.relay->snapshot().troubles, IsEmpty());
}

}  // namespace
}  // namespace leadrelay
