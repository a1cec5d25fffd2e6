#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;

constexpr const char* path = "/api/v1/leads/550e8400-e29b-41d4-a716-446655440000";
constexpr const char* example = R"({"properties":{"status":"qualified","score":90},"summary":{"notes":"High priority lead"},
  "company_id":"aa0e8400-e29b-41d4-a716-446655440005"})";
constexpr const char* example_answer = R"({"data":{"id":"550e8400-e29b-41d4-a716-446655440000",
  "visitor_id":"660e8400-e29b-41d4-a716-446655440001","workspace_id":"770e8400-e29b-41d4-a716-446655440002","code":"lead_001",
  "source":"website","created_at":"2025-01-15T10:30:00Z","updated_at":"2025-01-15T15:45:00Z",
  "properties":{"status":"qualified","score":90},"location":{"city":"San Francisco","country":"USA"},
  "identity_id":"880e8400-e29b-41d4-a716-446655440003","session_id":"990e8400-e29b-41d4-a716-446655440004",
  "summary":{"notes":"High priority lead"},"company_id":"aa0e8400-e29b-41d4-a716-446655440005"}})";

int status_of(const std::string& body) { return harness().call("PATCH", path, body).status; }

TEST(orwel, example_of_the_page_is_answered_as_on_the_page) {
  provider_options settings;
  settings.leads = {{"550e8400-e29b-41d4-a716-446655440000",
                     R"({"created_at":"2025-01-15T10:30:00Z","location":{"city":"San Francisco","country":"USA"}})"}};
  harness world(with(provider::orwel, settings));
  const planned_answer answer = world.call("PATCH", path, example);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, canonical(example_answer));
  EXPECT_EQ(world.call("GET", path).body, canonical(example_answer));
}

TEST(orwel, id_must_be_a_uuid) {
  harness world;
  for (const char* bad : {"/api/v1/leads/1", "/api/v1/leads/550e8400-e29b-41d4-a716-44665544000g", "/api/v1/leads/%zz"}) {
    EXPECT_EQ(world.call("PATCH", bad, "{}").status, 400) << bad;
    EXPECT_EQ(world.call("GET", bad).status, 400) << bad;
  }
  EXPECT_EQ(world.call("PATCH", "/api/v1/leads/550E8400-E29B-41D4-A716-446655440000", "{}").status, 200);
  EXPECT_EQ(world.call("PATCH", "/api/v1/leads/missing-1", "{}").status, 404);
}

TEST(orwel, nothing_is_required) { EXPECT_EQ(status_of("{}"), 200); }

TEST(orwel, fields_have_the_pages_types) {
  for (const std::string name : {"properties", "location", "summary"}) {
    EXPECT_EQ(status_of("{\"" + name + "\":{\"any\":[1,{\"x\":null}]}}"), 200) << name;
    EXPECT_EQ(status_of("{\"" + name + "\":null}"), 200) << name;
    for (const char* bad : {"[]", "\"x\"", "7", "true"}) EXPECT_EQ(status_of("{\"" + name + "\":" + bad + "}"), 400) << name << bad;
  }
  for (const char* bad : {"\"1\"", "\"\"", "7", "{}"}) EXPECT_EQ(status_of(R"({"company_id":)" + std::string(bad) + "}"), 400) << bad;
  EXPECT_EQ(status_of(R"({"company_id":null})"), 200);
  EXPECT_EQ(status_of(R"({"score":1})"), 400);
}

TEST(orwel, objects_are_replaced_whole_and_others_stay) {
  harness world;
  world.call("PATCH", path, R"({"properties":{"a":1,"b":2},"summary":{"x":1}})");
  world.call("PATCH", path, R"({"properties":{"c":3},"company_id":null})");
  const std::string lead = world.call("GET", path).body;
  EXPECT_THAT(lead, HasSubstr(R"("properties":{"c":3})"));
  EXPECT_THAT(lead, HasSubstr(R"("summary":{"x":1},"company_id":null)"));
}

TEST(orwel, errors_have_the_pages_form) {
  harness world;
  const auto invalid = parsed(world.call("PATCH", path, R"({"company_id":"x"})").body);
  EXPECT_TRUE(invalid["error"].IsString());
  EXPECT_TRUE(invalid["message"].IsString());
  EXPECT_EQ(json::text(invalid["details"][0]["field"]), "company_id");
  world.bearer = "k1";
  const planned_answer answer = world.call("PATCH", path, example);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(json::text(parsed(answer.body)["error"]), "unauthorized");
}

TEST(orwel, limit_headers_tell_what_is_left) {
  provider_options settings;
  settings.limits = {{2, std::chrono::minutes{1}}};
  harness world(with(provider::orwel, settings));
  const auto reset = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(world.now.wall.time_since_epoch()).count() + 60);
  EXPECT_EQ(world.call("PATCH", path, "{}").headers,
            "X-RateLimit-Limit: 2\r\nX-RateLimit-Remaining: 1\r\nX-RateLimit-Reset: " + reset + "\r\n");
  world.pass(std::chrono::seconds{30});
  EXPECT_THAT(world.call("PATCH", path, "{}").headers, HasSubstr("Remaining: 0\r\nX-RateLimit-Reset: " + reset));
  const planned_answer refused = world.call("PATCH", path, "{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.headers, HasSubstr("Retry-After: 30\r\n"));
  EXPECT_EQ(json::text(parsed(refused.body)["error"]), "rate_limit_exceeded");
}

TEST(orwel, published_limit_is_announced_where_none_is_set) {
  EXPECT_THAT(harness().call("PATCH", path, "{}").headers, HasSubstr("X-RateLimit-Limit: 1000\r\nX-RateLimit-Remaining: 999\r\n"));
}

}  // namespace
}  // namespace leadrelay::sandbox
