// SIGTERM under load: what is in flight ends, what ended is committed, and a second life takes up exactly the rest.
#include <chrono>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/load.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;

worker_config config_of(const scenario& world) {
  worker_config made = world.config(accounts_of(world, 128));
  made.more["grace"] = "10s";
  return made;
}

std::int64_t committed_in_all(scenario& world) {
  std::int64_t sum = 0;
  for (const committed_offset& each : world.admin().committed(world.group(), world.topic())) sum += std::max<std::int64_t>(each.next, 0);
  return sum;
}

/// A worker that is stopped when the sandbox has applied `applied` changes. Returns how it ended.
exit_report run_until_applied(scenario& world, std::uint64_t applied) {
  worker_process worker(config_of(world));
  const bool reached = eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "applied") >= applied; });
  EXPECT_TRUE(reached) << worker.log();
  const auto asked = std::chrono::steady_clock::now();
  const exit_report ended = worker.stop(seconds{30});
  EXPECT_LT(std::chrono::steady_clock::now() - asked, seconds{12}) << "grace is 10 s";
  EXPECT_EQ(ended.code, 0) << worker.log();
  return ended;
}

TEST(shutdown, stopped_under_load_and_started_again_delivers_every_change_once) {
  constexpr load changes{.leads = 4000, .changes = 1};
  scenario world("shutdown");
  world.sandbox().set_faults(R"({"all":{"latency_ms":40,"jitter_ms":20}})");
  write_load(world, changes);

  run_until_applied(world, 500);

  const std::uint64_t first_life = world.sandbox().count("orwel", "applied");
  EXPECT_LT(first_life, changes.leads) << "the load ended before the worker was stopped";
  EXPECT_LE(committed_in_all(world), static_cast<std::int64_t>(first_life));
  EXPECT_EQ(world.sandbox().leads("orwel").MemberCount(), first_life);

  worker_process second(config_of(world));
  EXPECT_TRUE(eventually(seconds{90}, [&] { return world.lag() == 0; })) << second.log();
  EXPECT_EQ(second.stop().code, 0) << second.log();
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), changes.leads);
  EXPECT_EQ(world.sandbox().count("orwel", "repeats"), 0u);
  EXPECT_EQ(world.sandbox().leads("orwel").MemberCount(), changes.leads);
}

TEST(shutdown, several_stops_in_a_row_lose_nothing) {
  constexpr load changes{.leads = 300, .changes = 15};
  scenario world("shutdowns");
  world.sandbox().set_faults(R"({"all":{"latency_ms":30,"jitter_ms":30,"status_503":5}})");
  write_load(world, changes);

  for (const std::uint64_t applied : {200u, 400u, 600u}) run_until_applied(world, applied);
  worker_process last(config_of(world));
  EXPECT_TRUE(eventually(seconds{90}, [&] { return world.lag() == 0; })) << last.log();
  EXPECT_EQ(last.stop().code, 0) << last.log();

  EXPECT_EQ(world.sandbox().count("orwel", "overlaps"), 0u);
  EXPECT_THAT(unfinished_leads(world, changes), testing::IsEmpty());
  EXPECT_THAT(world.dead_letters(), testing::IsEmpty());
}

TEST(shutdown, idle_worker_ends_at_once) {
  scenario world("idle");
  worker_process worker(config_of(world));
  worker.wait_until_ready();
  EXPECT_EQ(worker.stop(seconds{5}).code, 0) << worker.log();
}

}  // namespace
}  // namespace leadrelay::integration
