#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* orwel_lead = "/api/v1/leads/550e8400-e29b-41d4-a716-446655440000";

TEST(state, unknown_path_is_404_and_counted) {
  harness world;
  EXPECT_EQ(world.call("GET", "/nowhere").status, 404);
  EXPECT_EQ(world.state.unrouted(), 1u);
}

TEST(state, seeded_lead_that_is_no_object_is_refused_at_the_start) {
  provider_options settings;
  settings.leads = {{"a", "[]"}};
  EXPECT_THROW(sandbox_state(with(provider::perch, settings)), std::invalid_argument);
}

TEST(state, reset_forgets_all_but_options_and_seeds) {
  provider_options settings;
  settings.leads = {{"a", R"({"contact":{"email":"seeded"}})"}};
  settings.faults[fault::status_500] = 100;
  harness world(with(provider::leadping, settings));
  world.call("GET", "/leads/a");
  world.call("GET", "/leads/intake");
  world.call("GET", "/nowhere");
  world.state.reset();
  EXPECT_EQ(world.state.counted(provider::leadping).requests, 0u);
  EXPECT_EQ(world.state.mistakes("leadping_intake"), 0u);
  EXPECT_EQ(world.state.unrouted(), 0u);
  EXPECT_EQ(world.state.requests_json(10), "[]");
  EXPECT_EQ(world.call("GET", "/leads/a").status, 500);
  EXPECT_THAT(world.state.leads_json(provider::leadping), HasSubstr("seeded"));
}

TEST(state, report_shows_counters_and_windows_and_no_key) {
  harness world;
  world.bearer = "Bearer top-secret";
  for (int i = 0; i < 3; ++i) world.call("PATCH", orwel_lead, R"({"properties":{"seq":)" + std::to_string(i) + "}}");
  world.pass(std::chrono::seconds{5});
  world.call("PATCH", orwel_lead, "{");
  const std::array<duration, 2> windows{std::chrono::seconds{1}, std::chrono::seconds{10}};
  const std::string text = world.state.report_json(windows);
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  const auto report = parsed(text);
  const auto& orwel = report["providers"]["orwel"];
  EXPECT_EQ(orwel["requests"].GetInt(), 4);
  EXPECT_EQ(orwel["applied"].GetInt(), 3);
  EXPECT_EQ(orwel["by_status"]["200"].GetInt(), 3);
  EXPECT_EQ(orwel["by_status"]["400"].GetInt(), 1);
  EXPECT_EQ(orwel["keys"]["key_1"]["most_within"]["1s"].GetInt(), 3);
  EXPECT_EQ(orwel["keys"]["key_1"]["most_within"]["10s"].GetInt(), 4);
  EXPECT_EQ(world.state.most_within(provider::orwel, "top-secret", std::chrono::seconds{1}), 3u);
}

TEST(state, leads_of_account_keys_are_apart) {
  harness world;
  world.call("PATCH", orwel_lead, R"({"summary":{"of":"one"}})");
  world.bearer = "Bearer k2";
  world.call("PATCH", orwel_lead, R"({"properties":{"of":"two"}})");
  EXPECT_THAT(world.call("GET", orwel_lead).body, Not(HasSubstr("one")));
  EXPECT_THAT(world.state.leads_json(provider::orwel, "k1"), HasSubstr("one"));
  EXPECT_THAT(world.state.leads_json(provider::orwel, "key_2"), HasSubstr("two"));
  EXPECT_EQ(world.state.leads_json(provider::orwel, "k3"), "{}");
}

TEST(state, odd_identifiers_are_data) {
  harness world;
  const planned_answer answer = world.call("PUT", "/leads/%00%22%ff%2F%7B", "{}");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(parsed(answer.body)["id"].IsString());
  EXPECT_EQ(parsed(world.state.leads_json(provider::leadping)).MemberCount(), 1u);
}

}  // namespace
}  // namespace leadrelay::sandbox
