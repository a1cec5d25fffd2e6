// Workers of one group that come and go by SIGTERM: every change is delivered once, in order, whoever owns its partition.
#include <chrono>
#include <memory>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/load.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;

worker_config config_of(const scenario& world, const std::string& threads = "1") {
  worker_config made = world.config(accounts_of(world, 64));
  made.more["threads"] = threads;
  made.more["grace"] = "10s";
  return made;
}

void expect_each_once(scenario& world, const load& what) {
  EXPECT_THAT(unfinished_leads(world, what), IsEmpty());
  EXPECT_THAT(wrong_notes(world, what), IsEmpty());
  EXPECT_EQ(count_of_both(world, "order_violations"), 0u);
  EXPECT_EQ(count_of_both(world, "overlaps"), 0u);
  EXPECT_EQ(count_of_both(world, "repeats"), 0u);
  EXPECT_EQ(count_of_both(world, "applied"), what.leads * what.changes + what.noted_leads * what.notes);
  EXPECT_THAT(world.dead_letters(), IsEmpty());
}

bool applied(scenario& world, std::uint64_t count) {
  return eventually(seconds{60}, [&] { return count_of_both(world, "applied") >= count; });
}

TEST(members, three_workers_that_come_and_go_deliver_every_change_once) {
  constexpr load what{.leads = 300, .changes = 12, .noted_leads = 100, .notes = 4};
  scenario world("members", 8);
  world.sandbox().set_faults(R"({"all":{"latency_ms":20,"jitter_ms":20}})");
  write_load(world, what);

  auto first = std::make_unique<worker_process>(config_of(world));
  ASSERT_TRUE(applied(world, 400)) << first->log();
  auto second = std::make_unique<worker_process>(config_of(world));
  second->wait_until_ready();
  ASSERT_TRUE(applied(world, 1000)) << second->log();
  auto third = std::make_unique<worker_process>(config_of(world));
  third->wait_until_ready();
  ASSERT_TRUE(applied(world, 1600)) << third->log();
  EXPECT_EQ(first->stop().code, 0) << first->log();
  ASSERT_TRUE(applied(world, 2200)) << second->log();
  EXPECT_EQ(third->stop().code, 0) << third->log();
  ASSERT_TRUE(eventually(seconds{90}, [&] { return world.lag() == 0; })) << second->log();
  EXPECT_EQ(second->stop().code, 0) << second->log();
  expect_each_once(world, what);
}

TEST(members, four_threads_are_four_members_and_stop_cleanly_under_load) {
  constexpr load what{.leads = 300, .changes = 8, .noted_leads = 50, .notes = 2};
  scenario world("threads", 8);
  world.sandbox().set_faults(R"({"all":{"latency_ms":20,"jitter_ms":20}})");
  write_load(world, what);
  {
    worker_process worker(config_of(world, "4"));
    ASSERT_TRUE(applied(world, 800)) << worker.log();
    EXPECT_EQ(worker.stop().code, 0) << worker.log();
  }
  worker_process worker(config_of(world, "4"));
  ASSERT_TRUE(eventually(seconds{90}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  expect_each_once(world, what);
}

}  // namespace
}  // namespace leadrelay::integration
