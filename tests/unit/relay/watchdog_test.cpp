#include <gmock/gmock.h>

#include "simulation/simulated_world.hpp"

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
  EXPECT_THAT(seen.troubles, testing::UnorderedElementsAre(HasSubstr("ALL_BROKERS_DOWN"), HasSubstr("commits fail"), HasSubstr("queue full")));
  EXPECT_EQ(seen.dead_letters_unwritten, 1u);
  w.kafka.refuse_commits = false;
  w.log.on_produce = [] { return std::string(); };
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1s);
  EXPECT_THAT(w.relay->snapshot().troubles, IsEmpty());
}

}  // namespace
}  // namespace leadrelay
