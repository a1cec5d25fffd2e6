#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* contact = R"("contact":{"firstName":"<string>","lastName":"<string>",
  "streetAddress":{"line1":"<string>","line2":"<string>","city":"<string>","state":"<string>","province":"<string>","region":"<string>",
                   "postalCode":"<string>","country":"<string>","additionalInfo":"<string>"},
  "phone":{"number":"<string>","lookup":{"id":"<string>","createdAt":"2023-11-07T05:31:56Z","modifiedAt":"2023-11-07T05:31:56Z",
           "number":"<string>","isValid":true,"location":{"location":"<string>","state":"<string>","countryCode":"<string>"}}},
  "email":"<string>"})";
constexpr const char* customer = R"("customer":{"height":123,"weight":123,"birthDate":"2023-12-25","income":123,"isHomeowner":true,
  "monthsAtResidence":123,"creditScore":123,"hasBankruptcy":true,"numberOfDependents":123,"hasMedicalCondition":true})";
constexpr const char* metadata = R"("metadata":{"trustedFormUrl":"<string>","utmSource":"<string>","utmMedium":"<string>",
  "utmCampaign":"<string>","referrer":"<string>","landingPage":"<string>","subId":"<string>","pubId":"<string>","ipAddress":"<string>",
  "userAgent":"<string>","externalId":"<string>","createdAt":"2023-11-07T05:31:56Z","price":123,"userId":"<string>"})";

constexpr const char* path = "/leads/a";

std::string example() { return std::string("{\"id\":\"a\",") + contact + "," + customer + "}"; }
int status_of(const std::string& body) { return harness().call("PUT", path, body).status; }
int status_in(const std::string& section, const std::string& member) { return status_of("{\"" + section + "\":{" + member + "}}"); }

TEST(leadping, example_of_the_page_is_answered_as_on_the_page) {
  harness world;
  world.now.wall = *parse_date_time("2023-11-07T05:31:56Z");
  const planned_answer answer = world.call("PUT", path, std::string("{\"id\":\"a\",") + metadata + "," + contact + "," + customer + "}");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, canonical(std::string(R"({"id":"a","createdAt":"2023-11-07T05:31:56Z","modifiedAt":"2023-11-07T05:31:56Z",)") +
                                   metadata + "," + contact + "," + customer + "}"));
  EXPECT_EQ(status_of(example()), 200);
}

TEST(leadping, put_replaces_the_whole_lead_but_its_id_and_birth) {
  harness world;
  world.call("PUT", path, example());
  world.pass(std::chrono::hours{1});
  const planned_answer answer = world.call("PUT", path, R"({"customer":{"height":1}})");
  EXPECT_EQ(answer.body, R"({"id":"a","createdAt":"2025-01-15T15:45:00Z","modifiedAt":"2025-01-15T16:45:00Z","customer":{"height":1}})");
}

TEST(leadping, nothing_is_required) { EXPECT_EQ(status_of("{}"), 200); }

TEST(leadping, id_is_null_or_the_one_of_the_path) {
  EXPECT_EQ(status_of(R"({"id":null})"), 200);
  EXPECT_EQ(status_of(R"({"id":"a"})"), 200);
  EXPECT_EQ(status_of(R"({"id":"b"})"), 400);
  EXPECT_EQ(status_of(R"({"id":7})"), 400);
}

TEST(leadping, sections_are_objects) {
  for (const std::string name : {"metadata", "contact", "customer"})
    for (const char* bad : {"null", "[]", "\"x\"", "7"}) EXPECT_EQ(status_of("{\"" + name + "\":" + bad + "}"), 400) << name << bad;
}

TEST(leadping, members_have_the_pages_types) {
  for (const std::string name : {"height", "weight", "income", "monthsAtResidence", "creditScore", "numberOfDependents"}) {
    EXPECT_EQ(status_in("customer", "\"" + name + "\":1.5"), 200) << name;
    EXPECT_EQ(status_in("customer", "\"" + name + "\":null"), 200) << name;
    EXPECT_EQ(status_in("customer", "\"" + name + "\":\"1\""), 400) << name;
  }
  for (const std::string name : {"isHomeowner", "hasBankruptcy", "hasMedicalCondition"}) {
    EXPECT_EQ(status_in("customer", "\"" + name + "\":false"), 200) << name;
    EXPECT_EQ(status_in("customer", "\"" + name + "\":\"false\""), 400) << name;
  }
  EXPECT_EQ(status_in("customer", R"("birthDate":"2023-02-29")"), 400);
  EXPECT_EQ(status_in("customer", R"("birthDate":"2023-12-25T00:00:00Z")"), 400);
  EXPECT_EQ(status_in("metadata", R"("price":"1")"), 400);
  EXPECT_EQ(status_in("metadata", R"("createdAt":"2023-11-07")"), 400);
  EXPECT_EQ(status_in("metadata", R"("createdAt":"2023-11-07 05:31:56Z")"), 400);
  EXPECT_EQ(status_in("metadata", R"("externalId":7)"), 400);
  EXPECT_EQ(status_in("contact", R"("phone":{"lookup":{"isValid":"yes"}})"), 400);
  EXPECT_EQ(status_in("contact", R"("phone":{"lookup":{"location":{"countryCode":49}}})"), 400);
  EXPECT_EQ(status_in("contact", R"("phone":"1")"), 400);
  EXPECT_EQ(status_in("contact", R"("streetAddress":{"zip":"1"})"), 400);
}

TEST(leadping, unknown_member_is_refused_at_any_depth) {
  EXPECT_EQ(status_of(R"({"createdAt":"2023-11-07T05:31:56Z"})"), 400);
  EXPECT_EQ(status_in("contact", R"("phone":{"lookup":{"location":{"x":1}}})"), 400);
}

TEST(leadping, errors_are_problem_details) {
  harness world;
  const planned_answer answer = world.call("PUT", path, R"({"customer":{"height":"secret"}})");
  EXPECT_EQ(answer.content_type, problem_json);
  const auto body = parsed(answer.body);
  EXPECT_EQ(body["status"].GetInt(), 400);
  for (const char* name : {"type", "title", "detail"}) EXPECT_TRUE(body[name].IsString()) << name;
  EXPECT_EQ(json::text(body["errors"][0]["pointer"]), "#/customer/height");
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  EXPECT_EQ(world.call("PUT", path, "{").status, 400);
  EXPECT_EQ(world.call("GET", "/leads/missing").status, 404);
}

TEST(leadping, key_is_a_bearer_token) {
  harness world;
  for (const char* bad : {"", "k1", "Basic k1", "Bearer", "Bearer "}) {
    world.bearer = bad;
    const planned_answer answer = world.call("PUT", path, "{}");
    EXPECT_EQ(answer.status, 401) << bad;
    EXPECT_EQ(parsed(answer.body)["status"].GetInt(), 401);
  }
  world.bearer = "bearer k1";
  EXPECT_EQ(world.call("PUT", path, "{}").status, 200);
}

TEST(leadping, patch_is_not_allowed) {
  const planned_answer answer = harness().call("PATCH", path, "{}");
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.headers, HasSubstr("Allow: GET, PUT\r\n"));
}

TEST(leadping, reading_intake_makes_a_lead_and_is_a_mistake) {
  harness world;
  EXPECT_EQ(world.call("GET", "/leads/intake").status, 200);
  EXPECT_EQ(world.call("GET", "/leads/%69ntake?x=1").status, 200);
  EXPECT_EQ(world.state.mistakes("leadping_intake"), 2u);
  EXPECT_EQ(parsed(world.state.leads_json(provider::leadping)).MemberCount(), 2u);
}

}  // namespace
}  // namespace leadrelay::sandbox
