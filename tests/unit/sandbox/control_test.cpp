#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(control, report_takes_a_window) {
  harness world;
  world.call("GET", "/leads/a");
  const auto report = parsed(world.call("GET", "/_sandbox/report?window=250ms").body);
  EXPECT_EQ(report["providers"]["leadping"]["keys"]["key_1"]["most_within"]["250ms"].GetInt(), 1);
  for (const char* bad : {"", "0s", "x", "10"})
    EXPECT_EQ(world.call("GET", "/_sandbox/report?window=" + std::string(bad)).status, 400) << bad;
}

TEST(control, faults_are_set_and_shown) {
  harness world;
  EXPECT_EQ(world.call("PUT", "/_sandbox/faults", R"({"all":{"status_500":100,"rejected_keys":["secret"]}})").status, 200);
  EXPECT_EQ(world.call("GET", "/leads/a").status, 500);
  const std::string shown = world.call("GET", "/_sandbox/faults").body;
  EXPECT_EQ(parsed(shown)["orwel"]["status_500"].GetDouble(), 100);
  EXPECT_THAT(shown, Not(HasSubstr("secret")));
  const planned_answer refused = world.call("PUT", "/_sandbox/faults", R"({"all":{"hung":1}})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("did you mean hang?"));
}

TEST(control, leads_are_seeded_and_shown) {
  harness world;
  EXPECT_EQ(world.call("PUT", "/_sandbox/leads/perch/a%2Fb", R"({"firstName":"A"})").status, 200);
  EXPECT_THAT(world.call("GET", "/_sandbox/leads/perch/a%2Fb").body, HasSubstr(R"("firstName":"A")"));
  EXPECT_THAT(world.call("GET", "/v1/leads/a%2Fb").body, HasSubstr(R"("firstName":"A")"));
  EXPECT_EQ(world.call("PUT", "/_sandbox/leads/perch/a%2Fb", R"({"lastName":"B"})").status, 200);
  EXPECT_THAT(world.call("GET", "/v1/leads/a%2Fb").body, HasSubstr(R"("firstName":null,"lastName":"B")"));
  EXPECT_EQ(parsed(world.call("GET", "/_sandbox/leads/perch").body)["a/b"]["lastName"], json::value("B"));
  EXPECT_EQ(world.call("GET", "/_sandbox/leads/perch?key=nobody").body, "{}");
  EXPECT_EQ(world.call("PUT", "/_sandbox/leads/perch/a", "[]").status, 400);
  EXPECT_EQ(world.call("GET", "/_sandbox/leads/perch/none").status, 404);
  EXPECT_EQ(world.call("GET", "/_sandbox/leads/pearch").status, 404);
  EXPECT_EQ(world.call("GET", "/_sandbox/leads/perch/%").status, 400);
}

TEST(control, requests_are_shown_without_credentials_and_without_its_own) {
  harness world;
  world.key = "secret";
  world.call("PATCH", "/v1/leads/a", "{\"x\":1}");
  world.pass(std::chrono::milliseconds{7});
  world.call("GET", "/_sandbox/report");
  world.call("GET", "/v1/leads/b");
  const std::string text = world.call("GET", "/_sandbox/requests").body;
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  const auto all = parsed(text);
  ASSERT_EQ(all.Size(), 2u);
  EXPECT_EQ(json::text(all[0]["method"]), "PATCH");
  EXPECT_EQ(json::text(all[0]["body"]), "{\"x\":1}");
  EXPECT_EQ(all[0]["status"].GetInt(), 422);
  EXPECT_EQ(json::text(all[0]["at"]), "2025-01-15T15:45:00.000Z");
  EXPECT_EQ(json::text(all[1]["at"]), "2025-01-15T15:45:00.007Z");
  EXPECT_EQ(parsed(world.call("GET", "/_sandbox/requests?limit=1").body)[0]["target"], json::value("/v1/leads/b"));
  EXPECT_EQ(world.call("GET", "/_sandbox/requests?limit=x").status, 400);
}

TEST(control, reset_is_a_post) {
  harness world;
  world.call("GET", "/leads/a");
  EXPECT_EQ(world.call("GET", "/_sandbox/reset").status, 405);
  EXPECT_EQ(world.state.counted(provider::leadping).requests, 1u);
  EXPECT_EQ(world.call("POST", "/_sandbox/reset").status, 200);
  EXPECT_EQ(world.state.counted(provider::leadping).requests, 0u);
}

TEST(control, other_paths_and_methods_are_refused) {
  harness world;
  EXPECT_EQ(world.call("GET", "/_sandbox/x").status, 404);
  EXPECT_EQ(world.call("POST", "/_sandbox/report").status, 405);
  EXPECT_EQ(world.call("DELETE", "/_sandbox/leads/perch").status, 405);
  EXPECT_EQ(world.call("DELETE", "/_sandbox/leads/perch/a").status, 405);
  EXPECT_EQ(world.call("POST", "/_sandbox/faults", "{}").status, 405);
  EXPECT_EQ(world.call("POST", "/_sandbox/requests").status, 405);
}

}  // namespace
}  // namespace leadrelay::sandbox
