#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;

// The page's example, its two missing and extra commas mended.
constexpr const char* example = R"({"first_name":"Joe","last_name":"Bloggs","address":"123 Example Street","postcode":"EX1 2MP",
  "advert_address":"456 Test Lane","advert_postcode":"EX3 4NP","status":"Contacted","office_id":375,"gdpr_checkbox":true,
  "next_action_date":"2025-07-12T10:00:00Z","questionnaire":[["Do you have pets?","Yes"]],"meta":{"data2":"value2"},
  "utm_source":"Google","utm_medium":"CPC","utm_campaign":"Summer Sale","utm_content":"Ad1","utm_term":"Real Estate",
  "utm_gclid":"GCLID1234567890"})";

constexpr const char* path = "/api/v103/leads/a";

std::string body_with(const std::string& more) { return R"({"first_name":"A","last_name":"B",)" + more + "}"; }
int status_with(const std::string& more) { return harness().call("PATCH", path, body_with(more)).status; }
std::string repeat(const std::string& text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

TEST(leadpro, example_of_the_page_is_accepted) {
  harness world;
  const planned_answer answer = world.call("PATCH", path, example);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"id":"a"})");
  const auto lead = parsed(world.call("GET", path).body);
  const auto sent = parsed(example);
  for (const auto& member : sent.GetObject()) EXPECT_EQ(lead[member.name], member.value) << json::text(member.name);
}

TEST(leadpro, example_as_printed_is_no_json) {
  const planned_answer answer = harness().call("PATCH", path, R"({"first_name":"Joe","last_name":"Bloggs","meta":{"data2":"value2",}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(parsed(answer.body)["message"].IsString());
}

TEST(leadpro, names_are_required_with_one_to_fifty_code_points) {
  const auto status = [](const std::string& first) {
    return harness().call("PATCH", path, R"({"last_name":"B","first_name":")" + first + "\"}").status;
  };
  EXPECT_EQ(harness().call("PATCH", path, R"({"first_name":"A"})").status, 422);
  EXPECT_EQ(harness().call("PATCH", path, R"({"first_name":"A","last_name":null})").status, 422);
  EXPECT_EQ(status(""), 422);
  EXPECT_EQ(status("A"), 200);
  EXPECT_EQ(status(repeat("é", 50)), 200);
  EXPECT_EQ(status(repeat("é", 51)), 422);
  EXPECT_EQ(status(repeat("😀", 50)), 200);
}

TEST(leadpro, addresses_have_at_most_255_code_points) {
  for (const std::string name : {"address", "postcode", "advert_address", "advert_postcode"}) {
    EXPECT_EQ(status_with("\"" + name + "\":\"" + repeat("ü", 255) + "\""), 200) << name;
    EXPECT_EQ(status_with("\"" + name + "\":\"" + repeat("ü", 256) + "\""), 422) << name;
    EXPECT_EQ(status_with("\"" + name + "\":\"\""), 200) << name;
    EXPECT_EQ(status_with("\"" + name + "\":null"), 200) << name;
    EXPECT_EQ(status_with("\"" + name + "\":7"), 422) << name;
  }
}

TEST(leadpro, other_fields_have_the_pages_types) {
  for (const std::string name : {"status", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_gclid"}) {
    EXPECT_EQ(status_with("\"" + name + "\":\"x\""), 200) << name;
    EXPECT_EQ(status_with("\"" + name + "\":false"), 422) << name;
  }
  EXPECT_EQ(status_with(R"("office_id":"375")"), 422);
  EXPECT_EQ(status_with(R"("gdpr_checkbox":"true")"), 422);
  EXPECT_EQ(status_with(R"("gdpr_checkbox":1)"), 422);
  EXPECT_EQ(status_with(R"("gdpr_checkbox":false)"), 200);
  EXPECT_EQ(status_with(R"("firstName":"A")"), 422);
}

TEST(leadpro, office_must_be_one_of_those_given) {
  provider_options settings;
  settings.office_ids = {375, 376};
  harness world(with(provider::leadpro, settings));
  EXPECT_EQ(world.call("PATCH", path, body_with(R"("office_id":376)")).status, 200);
  EXPECT_EQ(world.call("PATCH", path, body_with(R"("office_id":377)")).status, 422);
  EXPECT_EQ(world.call("PATCH", path, body_with(R"("office_id":376.5)")).status, 422);
}

TEST(leadpro, next_action_date_is_iso_8601) {
  for (const char* good : {"2025-07-12T10:00:00Z", "2025-07-12T10:00:00.5+02:00", "2025-07-12T10:00", "2025-07-12"})
    EXPECT_EQ(status_with("\"next_action_date\":\"" + std::string(good) + "\""), 200) << good;
  for (const char* bad :
       {"", "tomorrow", "2025-13-12", "2025-02-30T10:00:00Z", "12/07/2025", "2025-07-12 10:00:00", "2025-07-12T25:00:00Z"})
    EXPECT_EQ(status_with("\"next_action_date\":\"" + std::string(bad) + "\""), 422) << bad;
}

TEST(leadpro, questionnaire_holds_pairs_of_strings) {
  EXPECT_EQ(status_with(R"("questionnaire":[])"), 200);
  EXPECT_EQ(status_with(R"("questionnaire":[["a","b"],["c","d"]])"), 200);
  for (const char* bad : {R"([["a"]])", R"([["a","b","c"]])", R"([["a",1]])", R"(["a","b"])", R"({"a":"b"})", "null", R"([["a",null]])"})
    EXPECT_EQ(status_with("\"questionnaire\":" + std::string(bad)), 422) << bad;
}

TEST(leadpro, questionnaire_has_at_most_2048_bytes_of_compact_json) {
  // [["q",""]] is 10 bytes; spaces between tokens do not count, a two-byte character counts twice.
  EXPECT_EQ(status_with("\"questionnaire\": [ [ \"q\" , \"" + std::string(2038, 'x') + "\" ] ]"), 200);
  EXPECT_EQ(status_with("\"questionnaire\":[[\"q\",\"" + std::string(2039, 'x') + "\"]]"), 422);
  EXPECT_EQ(status_with("\"questionnaire\":[[\"q\",\"" + repeat("é", 1019) + "\"]]"), 200);
  EXPECT_EQ(status_with("\"questionnaire\":[[\"q\",\"" + repeat("é", 1020) + "\"]]"), 422);
}

TEST(leadpro, meta_has_string_values_and_at_most_1024_bytes) {
  EXPECT_EQ(status_with(R"("meta":{})"), 200);
  EXPECT_EQ(status_with(R"("meta":null)"), 200);
  for (const char* bad : {R"({"a":1})", R"({"a":null})", R"({"a":{}})", "[]", "\"x\""})
    EXPECT_EQ(status_with("\"meta\":" + std::string(bad)), 422) << bad;
  EXPECT_EQ(status_with("\"meta\": { \"a\" : \"" + std::string(1016, 'x') + "\" }"), 200);  // {"a":""} is 8 bytes
  EXPECT_EQ(status_with("\"meta\":{\"a\":\"" + std::string(1017, 'x') + "\"}"), 422);
}

TEST(leadpro, questionnaire_is_appended_to_what_is_there) {
  harness world;
  world.call("PATCH", path, body_with(R"("questionnaire":[["a","1"]],"meta":{"x":"1"})"));
  world.call("PATCH", path, body_with(R"("questionnaire":[])"));
  world.call("PATCH", path, body_with(R"("questionnaire":[["b","2"],["a","1"]],"meta":{"y":"2"})"));
  const std::string lead = world.call("GET", path).body;
  EXPECT_THAT(lead, HasSubstr(R"("questionnaire":[["a","1"],["b","2"],["a","1"]])"));
  EXPECT_THAT(lead, HasSubstr(R"("meta":{"y":"2"})"));
}

TEST(leadpro, errors_name_each_field_once) {
  const auto body = parsed(harness().call("PATCH", path, R"({"questionnaire":[[1]],"meta":[],"status":1})").body);
  EXPECT_EQ(body["errors"].MemberCount(), 5u);  // both names, and the three
  EXPECT_EQ(body["errors"]["meta"].Size(), 1u);
}

TEST(leadpro, refused_update_changes_nothing) {
  harness world;
  world.call("PATCH", path, body_with(R"("status":"x")"));
  world.call("PATCH", path, body_with(R"("status":"y","office_id":"no")"));
  EXPECT_THAT(world.call("GET", path).body, HasSubstr(R"("status":"x")"));
  EXPECT_EQ(world.state.counted(provider::leadpro).applied, 1u);
}

}  // namespace
}  // namespace leadrelay::sandbox
