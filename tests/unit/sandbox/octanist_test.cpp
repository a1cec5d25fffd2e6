#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* path = "/api/leads";

planned_answer patch(harness& world, const std::string& body) { return world.call("PATCH", path, body); }
int status_of(const std::string& body) { return harness().call("PATCH", path, body).status; }
std::string code_of(const planned_answer& answer) { return std::string(json::text(parsed(answer.body)["error"]["code"])); }

TEST(octanist, examples_of_the_page_are_answered_as_published) {
  harness world;
  const planned_answer answer = patch(world, R"({"id":"lead_abc123","email":"john@example.com","phone":"+1234567890","status":"won",
    "changedTo":"won","value":5000})");
  EXPECT_EQ(answer.status, 200);
  const auto body = parsed(answer.body);
  EXPECT_TRUE(body["success"].GetBool());
  EXPECT_EQ(json::text(body["data"]["leadId"]), "lead_abc123");
  EXPECT_EQ(body["data"]["leadsUpdated"].GetInt(), 1);
  EXPECT_TRUE(body["data"]["message"].IsString());
  EXPECT_TRUE(body["meta"].IsObject());
  EXPECT_THAT(world.call("GET", "/api/leads/lead_abc123").body, HasSubstr(R"("status":"won","value":5000)"));
}

TEST(octanist, update_without_identifier_is_a_validation_error) {
  for (const char* body : {"{}", R"({"status":"won"})", R"({"id":""})", R"({"id":null,"email":null})", R"({"id":7})"}) {
    harness world;
    const planned_answer answer = patch(world, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(code_of(answer), "VALIDATION_ERROR");
    EXPECT_FALSE(parsed(answer.body)["success"].GetBool());
    EXPECT_TRUE(parsed(answer.body)["error"]["details"].IsArray());
    EXPECT_TRUE(parsed(answer.body)["meta"].IsObject());
  }
}

TEST(octanist, invalid_json_is_a_validation_error) {
  harness world;
  for (const char* body : {"", "{", "[]", "7"}) EXPECT_EQ(code_of(patch(world, body)), "VALIDATION_ERROR") << body;
}

TEST(octanist, identifiers_have_the_priority_id_email_phone) {
  harness world;
  patch(world, R"({"id":"A","email":"x@e.com","phone":"1"})");
  patch(world, R"({"id":"B","email":"y@e.com","phone":"2"})");
  const auto lead_of = [&](const char* body) { return std::string(json::text(parsed(patch(world, body).body)["data"]["leadId"])); };
  EXPECT_EQ(lead_of(R"({"phone":"1","email":"y@e.com","id":"A"})"), "A");
  EXPECT_EQ(lead_of(R"({"phone":"1","email":"y@e.com"})"), "B");
  EXPECT_EQ(lead_of(R"({"phone":"1"})"), "A");
}

TEST(octanist, lead_made_by_email_alone_is_found_again) {
  harness world;
  const auto first = parsed(patch(world, R"({"email":"new@e.com","status":"won"})").body);
  const auto second = parsed(patch(world, R"({"email":"new@e.com","value":1})").body);
  EXPECT_EQ(first["data"]["leadId"], second["data"]["leadId"]);
  EXPECT_THAT(world.state.leads_json(provider::octanist), HasSubstr(R"("email":"new@e.com","status":"won","value":1)"));
}

TEST(octanist, several_matches_are_a_conflict) {
  harness world;
  patch(world, R"({"id":"A","email":"x@e.com"})");
  patch(world, R"({"id":"B","email":"x@e.com"})");
  const planned_answer answer = patch(world, R"({"email":"x@e.com","status":"won"})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(code_of(answer), "CONFLICT");
  EXPECT_THAT(world.state.leads_json(provider::octanist), Not(HasSubstr("won")));
  EXPECT_EQ(status_of(R"({"email":"several@e.com"})"), 409);
  EXPECT_EQ(status_of(R"({"id":"A","email":"several@e.com"})"), 200);
}

TEST(octanist, several_matches_are_all_updated_where_bulk_updates_are_on) {
  provider_options settings;
  settings.bulk_updates = true;
  harness world(with(provider::octanist, settings));
  patch(world, R"({"id":"A","phone":"1"})");
  patch(world, R"({"id":"B","phone":"1"})");
  EXPECT_EQ(parsed(patch(world, R"({"phone":"1","status":"won"})").body)["data"]["leadsUpdated"].GetInt(), 2);
  EXPECT_EQ(parsed(patch(world, R"({"email":"several@e.com"})").body)["data"]["leadsUpdated"].GetInt(), 2);
  EXPECT_THAT(world.call("GET", "/api/leads/B").body, HasSubstr(R"("status":"won")"));
}

TEST(octanist, unknown_lead_is_not_found) {
  provider_options settings;
  settings.known_leads_only = true;
  settings.leads = {{"A", R"({"email":"x@e.com"})"}};
  harness world(with(provider::octanist, settings));
  EXPECT_EQ(patch(world, R"({"email":"x@e.com"})").status, 200);
  EXPECT_EQ(patch(world, R"({"id":"A"})").status, 200);
  EXPECT_EQ(code_of(patch(world, R"({"id":"B","email":"x@e.com"})")), "NOT_FOUND");
  EXPECT_EQ(code_of(patch(world, R"({"phone":"1"})")), "NOT_FOUND");
  for (const char* body : {R"({"id":"missing1"})", R"({"email":"missing@e.com"})", R"({"phone":"missing"})"})
    EXPECT_EQ(status_of(body), 404);
}

TEST(octanist, status_is_one_of_three_and_takes_precedence_over_its_alias) {
  for (const char* name : {"status", "changedTo"}) {
    for (const char* word : {"qualified", "won", "lost"})
      EXPECT_EQ(status_of("{\"id\":\"A\",\"" + std::string(name) + "\":\"" + word + "\"}"), 200);
    for (const char* value : {"\"Won\"", "\"open\"", "\"\"", "1"})
      EXPECT_EQ(status_of("{\"id\":\"A\",\"" + std::string(name) + "\":" + value + "}"), 400) << value;
  }
  harness world;
  patch(world, R"({"id":"A","changedTo":"won","status":"lost"})");
  patch(world, R"({"id":"B","changedTo":"won"})");
  EXPECT_THAT(world.call("GET", "/api/leads/A").body, HasSubstr(R"("status":"lost")"));
  EXPECT_THAT(world.call("GET", "/api/leads/B").body, HasSubstr(R"("status":"won")"));
}

TEST(octanist, value_is_a_number_or_numeric_text_that_becomes_one) {
  const auto stored = [](const char* value) {
    harness world;
    EXPECT_EQ(patch(world, R"({"id":"A","value":)" + std::string(value) + "}").status, 200) << value;
    const auto lead = parsed(world.call("GET", "/api/leads/A").body);
    return json::serialize(lead["data"]["value"]);
  };
  EXPECT_EQ(stored("5000"), "5000");
  EXPECT_EQ(stored("\"5000\""), "5000");
  EXPECT_EQ(stored("\"12.5\""), "12.5");
  EXPECT_EQ(stored("\"-3\""), "-3");
  EXPECT_EQ(stored("null"), "null");
  for (const char* bad : {"\"\"", "\"12x\"", "\" 1\"", "\"inf\"", "\"nan\"", "\"1e999\"", "true", "[]", "{}"})
    EXPECT_EQ(status_of(R"({"id":"A","value":)" + std::string(bad) + "}"), 400) << bad;
}

TEST(octanist, notes_are_attached_one_after_another) {
  harness world;
  patch(world, R"({"id":"A","note":"one"})");
  patch(world, R"({"id":"A","note":"two","value":1})");
  EXPECT_THAT(world.call("GET", "/api/leads/A").body, HasSubstr(R"("notes":["one","two"])"));
  EXPECT_EQ(status_of(R"({"id":"A","note":null})"), 400);
  EXPECT_EQ(status_of(R"({"id":"A","note":7})"), 400);
}

TEST(octanist, loss_reason_is_used_only_when_the_lead_is_lost) {
  harness world;
  EXPECT_EQ(patch(world, R"({"id":"A","lossReason":"price"})").status, 200);
  EXPECT_EQ(patch(world, R"({"id":"A","status":"won","lossReason":"price"})").status, 200);
  EXPECT_THAT(world.call("GET", "/api/leads/A").body, Not(HasSubstr("lossReason")));
  EXPECT_EQ(world.state.mistakes("octanist_loss_reason_ignored"), 2u);
  patch(world, R"({"id":"A","status":"lost"})");
  patch(world, R"({"id":"A","lossReason":"price"})");
  EXPECT_THAT(world.call("GET", "/api/leads/A").body, HasSubstr(R"("lossReason":"price")"));
  EXPECT_EQ(world.state.mistakes("octanist_loss_reason_ignored"), 2u);
}

TEST(octanist, unknown_field_is_refused) { EXPECT_EQ(status_of(R"({"id":"A","loss_reason":"x"})"), 400); }

TEST(octanist, missing_key_is_unauthorized) {
  harness world;
  world.key.clear();
  const planned_answer answer = patch(world, R"({"id":"A"})");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(code_of(answer), "UNAUTHORIZED");
}

TEST(octanist, only_update_without_and_read_with_an_id_in_the_path) {
  harness world;
  EXPECT_EQ(world.call("GET", path).status, 405);
  const planned_answer answer = world.call("PATCH", "/api/leads/A", R"({"id":"A"})");
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.headers, HasSubstr("Allow: GET\r\n"));
}

}  // namespace
}  // namespace leadrelay::sandbox
