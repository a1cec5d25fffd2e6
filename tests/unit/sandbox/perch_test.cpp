#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

// The page's own example and its answer.
constexpr const char* example = R"json({"email":"client1+74049788@example.com","firstName":"Amya","lastName":"Williamson",
  "phone":{"number":"2925655632","extension":"562"},
  "clientData":{"sin":"004877852","prefix":"Ms.","citizenship":"Permanent Legal Resident (PR)","dateOfBirth":"1987-07-13",
                "maritalStatus":"Married","creditScoreEstimation":"142"}})json";
constexpr const char* example_answer = R"json({"data":{"id":"38owigkM","createdAt":"2026-03-05T19:39:18.389Z",
  "updatedAt":"2026-03-05T19:39:18.389Z","deletedAt":null,"email":"client1+74049788@example.com","firstName":"Amya",
  "lastName":"Williamson","phone":{"number":"2925655632","extension":"562"},
  "clientData":{"sin":"004877852","prefix":"Ms.","citizenship":"Permanent Legal Resident (PR)","dateOfBirth":"1987-07-13",
                "maritalStatus":"Married","creditScoreEstimation":"142"},
  "resourceType":"Firm","resourceId":"qSBKZzUi","referredByReferralCodeId":null,"convertedAt":null}})json";

std::string body_with(const std::string& more) {
  return R"({"email":"a@b.example","firstName":"A","lastName":"B")" + (more.empty() ? "" : "," + more) + "}";
}

int status_with(const std::string& more) { return harness().call("PATCH", "/v1/leads/a", body_with(more)).status; }

TEST(perch, example_of_the_page_is_answered_as_on_the_page) {
  harness world;
  world.now.wall = *parse_date_time("2026-03-05T19:39:18.389Z");
  const planned_answer answer = world.call("PATCH", "/v1/leads/38owigkM", example);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, plain_json);
  EXPECT_EQ(answer.body, canonical(example_answer));
}

TEST(perch, read_after_update_gives_the_same_lead) {
  harness world;
  const planned_answer updated = world.call("PATCH", "/v1/leads/a", example);
  EXPECT_EQ(world.call("GET", "/v1/leads/a").body, updated.body);
}

TEST(perch, missing_required_fields_are_422_in_the_pages_form) {
  const planned_answer answer = harness().call("PATCH", "/v1/leads/a", R"({"email":"a@b.example"})");
  EXPECT_EQ(answer.status, 422);
  const auto body = parsed(answer.body);
  ASSERT_TRUE(body["message"].IsString());
  ASSERT_EQ(body["fields"].MemberCount(), 2u);
  EXPECT_EQ(json::text(body["fields"]["firstName"][0]["code"]), "required");
  EXPECT_TRUE(body["fields"]["lastName"][0]["message"].IsString());
}

TEST(perch, required_field_that_is_null_or_no_string_is_refused) {
  EXPECT_EQ(harness().call("PATCH", "/v1/leads/a", R"({"email":null,"firstName":"A","lastName":"B"})").status, 422);
  EXPECT_EQ(harness().call("PATCH", "/v1/leads/a", R"({"email":"a@b.c","firstName":1,"lastName":"B"})").status, 422);
  EXPECT_EQ(harness().call("PATCH", "/v1/leads/a", R"({"email":"a@b.c","firstName":"A","lastName":null})").status, 422);
}

TEST(perch, owner_may_be_required) {
  provider_options settings;
  settings.owner_required = true;
  harness world(with(provider::perch, settings));
  EXPECT_EQ(world.call("PATCH", "/v1/leads/a", body_with("")).status, 422);
  EXPECT_EQ(world.call("PATCH", "/v1/leads/a", body_with(R"("resourceType":"Firm")")).status, 422);
  EXPECT_EQ(world.call("PATCH", "/v1/leads/a", body_with(R"("resourceType":"FirmMember","resourceId":"x")")).status, 200);
}

TEST(perch, resource_type_is_one_of_three) {
  for (const char* word : {"ClientProfile", "Firm", "FirmMember"})
    EXPECT_EQ(status_with("\"resourceType\":\"" + std::string(word) + "\""), 200) << word;
  for (const char* value : {"\"firm\"", "\"\"", "null", "1"})
    EXPECT_EQ(status_with("\"resourceType\":" + std::string(value)), 422) << value;
}

TEST(perch, email_is_an_email_address) {
  for (const char* good : {"a@b.example", "client1+74049788@example.com"})
    EXPECT_EQ(harness().call("PATCH", "/v1/leads/a", R"({"firstName":"A","lastName":"B","email":")" + std::string(good) + "\"}").status,
              200);
  for (const char* bad : {"", "a", "@b.c", "a@", "a@b@c", "a b@c.d", "a@.c", "a@c.", "a@b..c"})
    EXPECT_EQ(harness().call("PATCH", "/v1/leads/a", R"({"firstName":"A","lastName":"B","email":")" + std::string(bad) + "\"}").status, 422)
        << bad;
}

TEST(perch, nested_objects_have_the_members_of_the_page) {
  EXPECT_EQ(status_with(R"("phone":{"number":"1"})"), 200);
  EXPECT_EQ(status_with(R"("phone":null)"), 200);
  EXPECT_EQ(status_with(R"("phone":{"number":null})"), 200);
  EXPECT_EQ(status_with(R"("phone":"1")"), 422);
  EXPECT_EQ(status_with(R"("phone":{"number":1})"), 422);
  EXPECT_EQ(status_with(R"("phone":{"numbre":"1"})"), 422);
  EXPECT_EQ(status_with(R"("clientData":{"dateOfBirth":"1987-02-29"})"), 422);
  EXPECT_EQ(status_with(R"("clientData":{"dateOfBirth":"1988-02-29"})"), 200);
  EXPECT_EQ(status_with(R"("clientData":{"creditScoreEstimation":142})"), 422);
  EXPECT_EQ(status_with(R"("clientData":[])"), 422);
}

TEST(perch, unknown_field_is_refused_unless_allowed) {
  const planned_answer answer = harness().call("PATCH", "/v1/leads/a", body_with(R"("first_name":"A")"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("first_name"));
  provider_options settings;
  settings.unknown_fields_pass = true;
  EXPECT_EQ(harness(with(provider::perch, settings)).call("PATCH", "/v1/leads/a", body_with(R"("first_name":"A")")).status, 200);
}

TEST(perch, values_never_stand_in_errors) {
  EXPECT_THAT(harness().call("PATCH", "/v1/leads/a", R"({"email":"secret","lastName":7,"clientData":{"sin":4}})").body,
              Not(HasSubstr("secret")));
}

TEST(perch, objects_are_replaced_whole_and_null_is_stored) {
  harness world;
  world.call("PATCH", "/v1/leads/a", body_with(R"("phone":{"number":"1","extension":"2"},"clientData":{"prefix":"Ms."})"));
  world.call("PATCH", "/v1/leads/a", body_with(R"("phone":{"number":"3"},"clientData":null)"));
  const std::string lead = world.call("GET", "/v1/leads/a").body;
  EXPECT_THAT(lead, HasSubstr(R"("phone":{"number":"3"},"clientData":null)"));
}

TEST(perch, bad_body_and_bad_key_have_the_pages_form) {
  harness world;
  for (const char* bad : {"", "[]", "{", "\"x\"", "null"}) EXPECT_EQ(world.call("PATCH", "/v1/leads/a", bad).status, 422) << bad;
  world.key.clear();
  const planned_answer answer = world.call("PATCH", "/v1/leads/a", example);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(parsed(answer.body).MemberCount(), 1u);
  EXPECT_TRUE(parsed(answer.body)["message"].IsString());
}

TEST(perch, bearer_token_is_no_key) {
  harness world;
  world.key.clear();
  EXPECT_EQ(world.call("GET", "/v1/leads/a").status, 401);
}

}  // namespace
}  // namespace leadrelay::sandbox
