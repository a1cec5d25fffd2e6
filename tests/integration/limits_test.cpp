// Two limits at once, under backlog: no window ever holds more requests than it may, and what may be used is used.
#include <chrono>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using clock = std::chrono::steady_clock;

constexpr unsigned per_second = 50;
constexpr unsigned per_ten_seconds = 300;
constexpr unsigned leads = 1300;
constexpr unsigned jitter_per_cent = 2;  // of arrival

void write_leads(scenario& world, unsigned count) {
  for (unsigned lead = 0; lead < count; ++lead)
    world.writer().write(world.topic(),
                         lead_change{std::to_string(lead), "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
}

worker_config config_of(const scenario& world, const std::string& threads) {
  account_config account = world.account("acme", "orwel");
  account.limits = "[ { requests: 50, per: 1s }, { requests: 300, per: 10s } ]";
  account.concurrency = 50;
  worker_config made = world.config({account});
  made.more["threads"] = threads;
  return made;
}

/// The most requests that the sandbox saw in any window of this length.
unsigned most_within(const scenario& world, const char* window) {
  const json::document report = world.sandbox().report();
  const json::value& keys = report["providers"]["orwel"]["keys"];
  return keys.MemberCount() == 0 ? 0 : keys["key_1"]["most_within"][window].GetUint();
}

TEST(limits, two_windows_hold_and_95_percent_of_them_is_used) {
  scenario world("limits");
  write_leads(world, leads);
  worker_process worker(config_of(world, "1"));
  const auto applied = [&] { return world.sandbox().count("orwel", "applied"); };
  ASSERT_TRUE(eventually(seconds{60}, [&] { return applied() > 0; }, std::chrono::milliseconds{5})) << worker.log();
  const auto began = clock::now();
  // Four windows of ten seconds at the least; what comes after the first burst of the fifth is not waited for.
  constexpr unsigned measured = 4 * per_ten_seconds;
  ASSERT_TRUE(eventually(seconds{60}, [&] { return applied() >= measured + 1; })) << worker.log();
  const std::chrono::duration<double> took = clock::now() - began;

  EXPECT_LE(most_within(world, "1s"), per_second * (100 + jitter_per_cent) / 100);
  EXPECT_LE(most_within(world, "10s"), per_ten_seconds * (100 + jitter_per_cent) / 100);
  EXPECT_LE(took.count(), 40 / 0.95) << "less than 95% of 300 in 10 s";
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), applied());
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
}

/// The sandbox enforces the same limits, exactly, as a provider would.
TEST(limits, hold_while_workers_of_several_threads_come_and_go) {
  constexpr unsigned count = 800;
  constexpr unsigned most_refused = count / 200;  // 0.5%
  scenario world("limits-members", 8);
  world.sandbox().set_faults(R"({"orwel":{"limits":[{"requests":50,"per_ms":1000},{"requests":300,"per_ms":10000}]}})");
  write_leads(world, count);
  const auto applied = [&](unsigned least) {
    return eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "applied") >= least; });
  };
  worker_process first(config_of(world, "4"));
  ASSERT_TRUE(applied(150)) << first.log();
  worker_process second(config_of(world, "1"));
  second.wait_until_ready();
  ASSERT_TRUE(applied(350)) << second.log();
  EXPECT_EQ(first.stop().code, 0) << first.log();
  ASSERT_TRUE(applied(550)) << second.log();
  worker_process third(config_of(world, "2"));
  third.wait_until_ready();
  second.kill();

  ASSERT_TRUE(applied(count)) << third.log();
  EXPECT_LE(most_within(world, "1s"), per_second * (100 + jitter_per_cent) / 100);
  EXPECT_LE(most_within(world, "10s"), per_ten_seconds * (100 + jitter_per_cent) / 100);
  EXPECT_LE(world.sandbox().count("orwel", "limited"), most_refused);
  EXPECT_EQ(third.stop().code, 0) << third.log();
}

}  // namespace
}  // namespace leadrelay::integration
