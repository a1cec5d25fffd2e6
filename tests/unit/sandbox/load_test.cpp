#include "sandbox/load.hpp"

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using std::chrono::milliseconds;

constexpr const char* orwel_lead = "/api/v1/leads/550e8400-e29b-41d4-a716-44665544";

std::string lead(int number) { return orwel_lead + std::to_string(1000 + number); }

fault_settings settings_with(std::uint32_t capacity, std::optional<degradation> degrade) {
  fault_settings out;
  out.capacity = capacity;
  out.degrade = degrade;
  return out;
}

TEST(provider_load, without_capacity_or_degradation_latency_is_what_it_is) {
  provider_load load;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(load.serve(time_point{}, milliseconds{20}, {}), milliseconds{20});
    load.enter();
  }
  EXPECT_EQ(load.most_inside(), 100u);
  EXPECT_EQ(load.queued(), 0u);
}

TEST(provider_load, what_comes_beyond_the_capacity_queues_first_come_first_served) {
  provider_load load;
  const auto by = settings_with(2, std::nullopt);
  std::vector<int> waits;
  for (int i = 0; i < 6; ++i) waits.push_back(static_cast<int>(load.serve(time_point{}, milliseconds{10}, by) / milliseconds{1}));
  EXPECT_THAT(waits, testing::ElementsAre(10, 10, 20, 20, 30, 30));
  EXPECT_EQ(load.queued(), 4u);
  EXPECT_EQ(load.serve(time_point{milliseconds{25}}, milliseconds{10}, by), milliseconds{15}) << "a place is free at 30";
  EXPECT_EQ(load.serve(time_point{milliseconds{100}}, milliseconds{10}, by), milliseconds{10}) << "all have been served";
}

TEST(provider_load, throughput_is_capacity_by_latency_however_many_come) {
  provider_load load;
  const auto by = settings_with(4, std::nullopt);
  duration last{};
  for (int i = 0; i < 1000; ++i) last = load.serve(time_point{}, milliseconds{20}, by);
  EXPECT_EQ(last, milliseconds{20} * 1000 / 4);
}

TEST(provider_load, a_smaller_capacity_counts_for_what_comes_next) {
  provider_load load;
  for (int i = 0; i < 8; ++i) load.serve(time_point{}, milliseconds{10}, settings_with(8, std::nullopt));
  EXPECT_EQ(load.serve(time_point{}, milliseconds{10}, settings_with(1, std::nullopt)), milliseconds{20});
}

TEST(provider_load, above_the_bound_everything_takes_longer_until_enough_have_left) {
  provider_load load;
  const auto by = settings_with(0, degradation{2, 10});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(load.serve(time_point{}, milliseconds{20}, by), milliseconds{20});
    load.enter();
  }
  EXPECT_EQ(load.serve(time_point{}, milliseconds{20}, by), milliseconds{200});
  load.enter();
  load.leave();
  EXPECT_EQ(load.serve(time_point{}, milliseconds{20}, by), milliseconds{200});
  load.leave();
  EXPECT_EQ(load.serve(time_point{}, milliseconds{20}, by), milliseconds{20});
  EXPECT_EQ(load.degraded(), 2u);
}

TEST(desk_under_load, answers_take_longer_above_the_bound_and_not_once_they_have_left) {
  options settings;
  ASSERT_TRUE(set_faults(settings, R"({"orwel":{"latency_ms":20,"degrade":{"above":2,"factor":10}}})"));
  harness world(settings);
  std::vector<std::uint64_t> tokens;
  std::vector<int> delays;
  for (int i = 0; i < 4; ++i) {
    const planned_answer each = world.call("PATCH", lead(i), "{}");
    tokens.push_back(each.token);
    delays.push_back(static_cast<int>(each.delay / milliseconds{1}));
  }
  EXPECT_THAT(delays, testing::ElementsAre(20, 20, 200, 200));
  for (const std::uint64_t token : tokens) world.state.finish(token);
  EXPECT_EQ(world.call("PATCH", lead(9), "{}").delay, milliseconds{20});
  EXPECT_EQ(world.state.load(provider::orwel).most_inside(), 4u);
  const auto report = parsed(world.state.report_json({}));
  EXPECT_EQ(report["providers"]["orwel"]["most_at_once"].GetUint(), 4u);
  EXPECT_EQ(report["providers"]["orwel"]["degraded"].GetUint(), 2u);
}

TEST(desk_under_load, what_is_refused_before_any_work_takes_no_place) {
  options settings;
  ASSERT_TRUE(set_faults(settings, R"({"orwel":{"latency_ms":20,"capacity":1,"limits":[{"requests":1,"per_ms":1000}]}})"));
  harness world(settings);
  EXPECT_EQ(world.call("PATCH", lead(1), "{}").delay, milliseconds{20});
  for (int i = 0; i < 3; ++i) {
    const planned_answer refused = world.call("PATCH", lead(2 + i), "{}");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.delay, milliseconds{20});
  }
  world.bearer = "none";
  EXPECT_EQ(world.call("PATCH", lead(1), "{}").delay, milliseconds{20});
  EXPECT_EQ(world.state.load(provider::orwel).most_inside(), 1u);
  EXPECT_EQ(world.state.load(provider::orwel).queued(), 0u);
}

TEST(desk_under_load, a_request_that_names_no_lead_takes_its_place_too) {
  options settings;
  ASSERT_TRUE(set_faults(settings, R"({"octanist":{"latency_ms":20,"capacity":1}})"));
  harness world(settings);
  const planned_answer first = world.call("PATCH", "/api/leads", "{}");
  EXPECT_EQ(first.status, 400);
  EXPECT_NE(first.token, 0u);
  EXPECT_EQ(world.call("PATCH", "/api/leads", "{}").delay, milliseconds{40});
  world.state.finish(first.token);
}

TEST(desk_under_load, reset_forgets_the_load) {
  options settings;
  ASSERT_TRUE(set_faults(settings, R"({"orwel":{"latency_ms":20,"capacity":1}})"));
  harness world(settings);
  for (int i = 0; i < 5; ++i) world.call("PATCH", lead(i), "{}");
  world.state.reset();
  EXPECT_EQ(world.call("PATCH", lead(1), "{}").delay, milliseconds{20});
  EXPECT_EQ(world.state.load(provider::orwel).most_inside(), 1u);
}

}  // namespace
}  // namespace leadrelay::sandbox
