#include "sandbox/limits.hpp"

#include <random>

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr const char* orwel_lead = "/api/v1/leads/550e8400-e29b-41d4-a716-446655440000";

time_point at(int ms) { return time_point{milliseconds{ms}}; }

TEST(window_peak, is_the_same_as_the_fullest_window_of_a_log) {
  std::mt19937 random(1);
  window_peak peak(milliseconds{100});
  arrival_log log(10'000);
  for (int ms = 0; ms < 20'000; ms += static_cast<int>(random() % 20)) {
    peak.add(at(ms));
    log.add(at(ms));
  }
  EXPECT_EQ(peak.most(), log.most_within(milliseconds{100}));
}

TEST(account_limits, every_window_holds_and_a_refusal_counts_in_none) {
  account_limits limits({{5, milliseconds{100}}, {20, milliseconds{1000}}});
  arrival_log passed(100'000);
  std::mt19937 random(1);
  for (int ms = 0; ms < 60'000; ms += static_cast<int>(random() % 30)) {
    limits.arrive(at(ms));
    const duration wait = limits.until_free(at(ms));
    const bool admitted = limits.admit(at(ms));
    EXPECT_EQ(admitted, wait == duration::zero());
    if (admitted) passed.add(at(ms));
  }
  EXPECT_EQ(passed.most_within(milliseconds{100}), 5u);
  EXPECT_EQ(passed.most_within(milliseconds{1000}), 20u);
  EXPECT_GT(limits.most_arrived(1), 20u);
}

TEST(account_limits, until_free_is_that_of_the_limit_that_is_full_for_longest) {
  account_limits limits({{1, seconds{1}}, {1, seconds{60}}});
  EXPECT_TRUE(limits.admit(at(0)));
  EXPECT_EQ(limits.until_free(at(500)), seconds{60} - milliseconds{500});
  EXPECT_FALSE(limits.admit(at(59'999)));
  EXPECT_TRUE(limits.admit(at(60'000)));
}

TEST(account_limits, headers_tell_of_the_limit_with_the_fewest_places_left) {
  provider_options settings;
  settings.limits = {{3, seconds{1}}, {4, std::chrono::minutes{1}}};
  harness world(with(provider::orwel, settings));
  EXPECT_THAT(world.call("PATCH", orwel_lead, "{}").headers, HasSubstr("X-RateLimit-Limit: 3\r\nX-RateLimit-Remaining: 2\r\n"));
  world.pass(seconds{1});
  EXPECT_THAT(world.call("PATCH", orwel_lead, "{}").headers, HasSubstr("X-RateLimit-Limit: 4\r\nX-RateLimit-Remaining: 2\r\n"));
}

/// One update that each provider accepts.
struct way {
  provider of;
  const char* method;
  const char* path;
  const char* body;
};
constexpr std::array<way, provider_count> ways{{
    {provider::perch, "PATCH", "/v1/leads/a", R"({"email":"a@b.c","firstName":"A","lastName":"B"})"},
    {provider::leadpro, "PATCH", "/api/v103/leads/a", R"({"first_name":"A","last_name":"B"})"},
    {provider::octanist, "PATCH", "/api/leads", R"({"id":"a"})"},
    {provider::leadping, "PUT", "/leads/a", "{}"},
    {provider::orwel, "PATCH", orwel_lead, "{}"},
}};

TEST(limits_of_faults, beyond_them_each_provider_answers_429_with_retry_after_and_orwel_its_headers) {
  for (const way& each : ways) {
    harness world;
    const std::string faults = "{\"" + std::string(to_string(each.of)) + R"(":{"limits":[{"requests":2,"per_ms":10000}]}})";
    ASSERT_TRUE(world.state.set_faults(faults));
    const auto call = [&] { return world.call(each.method, each.path, each.body); };
    EXPECT_EQ(call().status, 200) << to_string(each.of);
    world.pass(seconds{4});
    EXPECT_EQ(call().status, 200);
    const planned_answer refused = call();
    EXPECT_EQ(refused.status, 429);
    EXPECT_THAT(refused.headers, HasSubstr("Retry-After: 6\r\n")) << to_string(each.of);
    EXPECT_THAT(refused.headers, each.of == provider::orwel ? testing::Matcher<std::string>(HasSubstr("X-RateLimit-Remaining: 0\r\n"))
                                                            : testing::Matcher<std::string>(Not(HasSubstr("X-RateLimit"))));
    EXPECT_TRUE(parsed(refused.body).IsObject());
    world.pass(seconds{6});
    EXPECT_EQ(call().status, 200);
    EXPECT_EQ(world.state.counted(each.of).limited, 1u);
  }
}

TEST(limits_of_faults, report_tells_the_most_that_arrived_in_any_window_of_each) {
  harness world;
  ASSERT_TRUE(world.state.set_faults(R"({"orwel":{"limits":[{"requests":2,"per_ms":1000},{"requests":100,"per_ms":60000}]}})"));
  for (int i = 0; i < 5; ++i) world.call("PATCH", orwel_lead, "{}");
  world.pass(seconds{1});
  world.call("PATCH", orwel_lead, "{}");
  const auto report = parsed(world.state.report_json({}));
  const json::value& limits = report["providers"]["orwel"]["keys"]["key_1"]["limits"];
  EXPECT_EQ(limits[0]["requests"].GetUint(), 2u);
  EXPECT_EQ(limits[0]["per_ms"].GetDouble(), 1000);
  EXPECT_EQ(limits[0]["most"].GetUint(), 5u);
  EXPECT_EQ(limits[1]["most"].GetUint(), 6u);
  EXPECT_EQ(report["providers"]["orwel"]["limited"].GetUint(), 3u);
}

TEST(limits_of_faults, faults_set_again_without_limits_keep_those_of_the_provider) {
  provider_options settings;
  settings.limits = {{1, seconds{10}}};
  harness world(with(provider::orwel, settings));
  ASSERT_TRUE(world.state.set_faults(R"({"orwel":{"limits":[]}})"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.call("PATCH", orwel_lead, "{}").status, 200);
  ASSERT_TRUE(world.state.set_faults(R"({"orwel":{}})"));
  EXPECT_EQ(world.call("PATCH", orwel_lead, "{}").status, 200) << "other limits begin with empty windows";
  EXPECT_EQ(world.call("PATCH", orwel_lead, "{}").status, 429);
}

TEST(limits_of_faults, answers_that_fail_on_purpose_carry_the_limit_headers_too) {
  for (const char* fault : {R"("status_500":100)", R"("status_503":100)", R"("redirect":100,"redirect_location":"http://x/")"}) {
    harness world;
    ASSERT_TRUE(world.state.set_faults(std::string(R"({"orwel":{"limits":[{"requests":9,"per_ms":1000}],)") + fault + "}}"));
    EXPECT_THAT(world.call("PATCH", orwel_lead, "{}").headers, HasSubstr("X-RateLimit-Remaining: 8\r\n")) << fault;
  }
}

}  // namespace
}  // namespace leadrelay::sandbox
