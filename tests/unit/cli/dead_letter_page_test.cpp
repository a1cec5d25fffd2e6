#include "cli/dead_letter_page.hpp"

#include "base/json.hpp"
#include "unit/cli/cli_support.hpp"
#include "unit/dead_letters/letters.hpp"

namespace leadrelay::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string perch_event =
    R"({"id":"e1","account":"acme","lead":{"id":"38owigkM","email":"lead@secret.example"},)"
    R"("changes":{"first_name":"Al","phone":{"number":"2925655632"},"status":"hot-Amya","unheard":{"of":"Bo"}},)"
    R"("snapshot":{"last_name":"Williamson","email":"snap@secret.example"},"native":{"resourceType":"Firm","clientData":"Cy"}})";

const std::vector<std::string> secrets{"\"Al\"", "2925655632", "Williamson", "secret.example", "\"Bo\"", "\"Cy\"", "sk-credential"};

class dead_letter_page_test : public testing::Test {
 protected:
  std::string shown(const std::string& event, bool as_json, bool reveal = false, dead_letters::header_texts headers = {}) {
    if (headers.empty()) headers = dead_letters::with(dead_letters::good_headers(), "leadrelay.http_status", "422");
    headers.emplace_back("x-custom", "lead@secret.example");
    const auto record = dead_letters::record_of(headers, event);
    const dead_letters::read_letter_record one(record, configuration->max_record);
    const dead_letter_page page(*configuration, one, true, reveal);
    return as_json ? page.json("dead") : page.text("dead");
  }

  yaml::issues issues;
  std::optional<config::configuration> configuration = config::load_text(
      kafka_part + topics_part + "accounts: { acme: { provider: perch, credential: sk-credential } }\n", "test.yaml", issues);
};

TEST_F(dead_letter_page_test, shows_no_sensitive_value_and_no_credential) {
  for (const bool as_json : {false, true})
    for (const std::string& secret : secrets) EXPECT_THAT(shown(perch_event, as_json), Not(HasSubstr(secret))) << as_json;
}

TEST_F(dead_letter_page_test, shows_no_byte_of_what_cannot_be_read) {
  for (const bool as_json : {false, true}) {
    const std::string page = shown("Williamson {", as_json);
    EXPECT_THAT(page, AllOf(Not(HasSubstr("Williamson")), HasSubstr("undecodable")));
    EXPECT_THAT(shown("Williamson {", as_json, true), HasSubstr("Williamson"));
  }
}

TEST_F(dead_letter_page_test, without_the_account_the_vocabulary_says_what_is_sensitive) {
  std::string event = perch_event;
  event.replace(event.find("acme"), 4, "gone");
  for (const bool as_json : {false, true}) {
    for (const std::string& secret : secrets) EXPECT_THAT(shown(event, as_json), Not(HasSubstr(secret))) << as_json;
    EXPECT_THAT(shown(event, as_json), AllOf(HasSubstr("hot-Amya"), HasSubstr("unknown_account")));
  }
}

TEST_F(dead_letter_page_test, reveals_values_when_asked_and_never_a_credential) {
  const std::string page = shown(perch_event, false, true);
  EXPECT_THAT(page, AllOf(HasSubstr("Williamson"), HasSubstr("x-custom: lead@secret.example"), Not(HasSubstr("sk-credential"))));
}

TEST_F(dead_letter_page_test, nothing_that_an_event_says_steers_a_terminal) {
  const std::string event = R"({"id":"e\u001b[2J","account":"acme","lead":{"id":"38owigkM"},"changes":{"first_name":"A\u009b2J\u007f"},)"
                            R"("snapshot":{"last_name":"W\u2028","email":"a@b.example"}})";
  for (const char* raw : {"\x1B", "\xC2\x9B", "\x7F", "\xE2\x80\xA8"}) EXPECT_THAT(shown(event, false, true), Not(HasSubstr(raw)));
  EXPECT_THAT(shown(event, false, true), HasSubstr(R"("firstName":"A\xC2\x9B2J\x7F")"));
}

TEST_F(dead_letter_page_test, tells_the_answer_the_request_and_the_definition) {
  const std::string event = R"({"id":"e1","account":"acme","lead":{"id":"38owigkM"},"changes":{"first_name":"Amya"},)"
                            R"("snapshot":{"last_name":"W","email":"a@b.example"}})";
  EXPECT_THAT(shown(event, false),
              AllOf(HasSubstr("dead letter 1:7 of dead, 2026-11-21T10:00:00.000Z"), HasSubstr("reason    rejected: HTTP 422"),
                    HasSubstr("source    changes/3/42"), HasSubstr("this letter has been replayed"),
                    HasSubstr("What the definition of perch says"), HasSubstr("HTTP 422: a dead letter rejected"),
                    HasSubstr("field: first_name -> /firstName"), HasSubstr("key       3 bytes"), Not(HasSubstr("field: citizenship"))));
  const auto page = json::parse(shown(event, true));
  ASSERT_TRUE(page) << page.error().detail;
  EXPECT_EQ(json::text((*page)["reason"]), "rejected");
  EXPECT_EQ(json::text((*page)["source"]["topic"]), "changes");
  EXPECT_TRUE((*page)["replayed"].GetBool());
  EXPECT_TRUE((*page)["event"].IsObject());
  EXPECT_TRUE((*page)["definition"].IsArray());
}

TEST_F(dead_letter_page_test, a_record_that_is_no_dead_letter_is_shown_too) {
  EXPECT_THAT(shown("{}", false, false, {{"a", "b"}}), HasSubstr("none: no dead letter of Leadrelay"));
  EXPECT_TRUE(json::parse(shown("{}", true, false, {{"a", "b"}})));
}

}  // namespace
}  // namespace leadrelay::cli
