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

/// The most requests that the sandbox saw in any window of this length.
unsigned most_within(const scenario& world, const char* window) {
  const json::document report = world.sandbox().report();
  const json::value& keys = report["providers"]["orwel"]["keys"];
  return keys.MemberCount() == 0 ? 0 : keys["key_1"]["most_within"][window].GetUint();
}

TEST(limits, two_windows_hold_and_95_percent_of_them_is_used) {
  scenario world("limits");
  for (unsigned lead = 0; lead < leads; ++lead)
    world.writer().write(world.topic(),
                         lead_change{std::to_string(lead), "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
  account_config account = world.account("acme", "orwel");
  account.limits = "[ { requests: 50, per: 1s }, { requests: 300, per: 10s } ]";
  account.concurrency = 50;

  worker_process worker(world.config({account}));
  const auto applied = [&] { return world.sandbox().count("orwel", "applied"); };
  ASSERT_TRUE(eventually(seconds{60}, [&] { return applied() > 0; }, std::chrono::milliseconds{5})) << worker.log();
  const auto began = clock::now();
  // Four windows of ten seconds at the least; what comes after the first burst of the fifth is not waited for.
  constexpr unsigned measured = 4 * per_ten_seconds;
  ASSERT_TRUE(eventually(seconds{60}, [&] { return applied() >= measured + 1; })) << worker.log();
  const std::chrono::duration<double> took = clock::now() - began;

  EXPECT_LE(most_within(world, "1s"), per_second);
  EXPECT_LE(most_within(world, "10s"), per_ten_seconds);
  EXPECT_LE(took.count(), 40 / 0.95) << "less than 95% of 300 in 10 s";
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), applied());
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
}

}  // namespace
}  // namespace leadrelay::integration
