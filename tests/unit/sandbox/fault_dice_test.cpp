#include "sandbox/fault_dice.hpp"

#include <map>

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

TEST(fault_dice, faults_come_as_often_as_set) {
  fault_settings by;
  by[fault::hang] = 10;
  by[fault::status_503] = 5;
  by[fault::oversized] = 20;
  fault_dice dice(3);
  std::map<std::optional<fault>, int> seen;
  for (int i = 0; i < 20'000; ++i) ++seen[dice.draw_fault(by)];
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_NEAR(seen[fault::hang], 2000, 200);
  EXPECT_NEAR(seen[fault::status_503], 1000, 150);
  EXPECT_NEAR(seen[fault::oversized], 4000, 300);
}

TEST(fault_dice, hundred_percent_is_always_and_none_never) {
  fault_settings by;
  fault_dice dice(1);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(dice.draw_fault(by));
  by[fault::oversized] = 100;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(dice.draw_fault(by), fault::oversized);
}

TEST(fault_dice, same_seed_gives_the_same_faults) {
  fault_settings by;
  by[fault::hang] = 50;
  const auto draws = [&](std::uint64_t seed) {
    fault_dice dice(seed);
    std::string out;
    for (int i = 0; i < 64; ++i) out += dice.draw_fault(by) ? 'x' : '.';
    return out;
  };
  EXPECT_EQ(draws(1), draws(1));
  EXPECT_NE(draws(1), draws(2));
}

TEST(fault_dice, latency_lies_between_its_bounds) {
  fault_settings by;
  by.latency = std::chrono::milliseconds{10};
  fault_dice dice(1);
  EXPECT_EQ(dice.draw_latency(by), by.latency);
  by.jitter = std::chrono::milliseconds{5};
  duration least = duration::max();
  duration most{};
  for (int i = 0; i < 1000; ++i) {
    const duration drawn = dice.draw_latency(by);
    least = std::min(least, drawn);
    most = std::max(most, drawn);
  }
  EXPECT_GE(least, by.latency);
  EXPECT_LT(least, by.latency + std::chrono::milliseconds{1});
  EXPECT_LT(most, by.latency + by.jitter);
  EXPECT_GT(most, by.latency + std::chrono::milliseconds{4});
}

}  // namespace
}  // namespace leadrelay::sandbox
