// kill -9 under load, again and again: nothing is lost, no lead goes back in time, little is repeated, and no append twice.
#include <chrono>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/load.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;

constexpr int in_flight = 256;
constexpr load six_kills{.leads = 400, .changes = 8, .noted_leads = 200, .notes = 4};  // 4,000 events

worker_config config_of(const scenario& world) {
  worker_config made = world.config(accounts_of(world, in_flight));
  // A dead member's partitions go to the next one after this.
  made.kafka["session.timeout.ms"] = "2000";
  made.kafka["heartbeat.interval.ms"] = "500";
  return made;
}

TEST(crash, six_kills_in_four_thousand_events_lose_nothing_and_repeat_what_was_in_flight) {
  scenario world("kills", 8);
  world.sandbox().set_faults(R"({"all":{"latency_ms":20}})");
  write_load(world, six_kills);
  constexpr std::uint64_t between = 550;
  for (std::uint64_t kill = 1; kill <= 6; ++kill) {
    worker_process worker(config_of(world));
    ASSERT_TRUE(eventually(seconds{60}, [&] { return count_of_both(world, "applied") >= kill * between; }, std::chrono::milliseconds{2}))
        << worker.log();
    worker.kill();
  }
  worker_process last(config_of(world));
  ASSERT_TRUE(eventually(seconds{90}, [&] { return world.lag() == 0; })) << last.log();
  EXPECT_EQ(last.stop().code, 0) << last.log();

  EXPECT_THAT(unfinished_leads(world, six_kills), IsEmpty());
  EXPECT_THAT(wrong_notes(world, six_kills), IsEmpty());
  EXPECT_EQ(count_of_both(world, "order_violations"), 0u);
  const std::uint64_t repeats = count_of_both(world, "repeats");
  const std::size_t unknown = world.dead_letters().size();
  RecordProperty("repeats", std::to_string(repeats));
  RecordProperty("outcome_unknown", std::to_string(unknown));
  std::cout << "six kills: " << repeats << " repeats, " << unknown << " outcome_unknown\n";
  EXPECT_LE(repeats, 6u * in_flight);
  EXPECT_LE(unknown, 6u * in_flight / 2);
}

}  // namespace
}  // namespace leadrelay::integration
