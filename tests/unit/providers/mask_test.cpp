#include "providers/mask.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string masked(std::string_view text, std::vector<std::string> secrets, std::size_t most = 1000) { return mask(text, secrets, most); }

TEST(mask, every_occurrence_is_replaced) {
  EXPECT_EQ(masked("Amya, dear Amya!", {"Amya"}), "***, dear ***!");
  EXPECT_EQ(masked("nothing here", {"Amya"}), "nothing here");
  EXPECT_EQ(masked("Amya", {}), "Amya");
  EXPECT_EQ(masked("", {"Amya"}), "");
  EXPECT_EQ(masked("Amya", {""}), "Amya");
}

TEST(mask, longer_one_wins) {
  EXPECT_EQ(masked("Amya Williamson", {"Amya", "Amya Williamson", "Will"}), "***");
  EXPECT_EQ(masked("abcd", {"ab", "abc", "abz"}), "***d");
  EXPECT_EQ(masked("abzz", {"ab", "abc", "abd"}), "***zz");
}

TEST(mask, overlapping_ones_leave_no_rest) {
  EXPECT_EQ(masked("xabcdefgh", {"abcd", "cdefgh"}), "x***");
  EXPECT_EQ(masked("aaaaa", {"aaa"}), "***");
}

TEST(mask, case_does_not_hide_a_secret) { EXPECT_EQ(masked("AMYA amya", {"Amya"}), "*** ***"); }

TEST(mask, cut_never_ends_inside_a_code_point_nor_shows_half_a_secret) {
  EXPECT_EQ(masked("éé", {}, 3), "é");
  EXPECT_EQ(masked("see Williamson", {"Williamson"}, 8), "see ***");
  EXPECT_EQ(masked("see Williamson", {"Williamson"}, 6), "see **");
  EXPECT_EQ(masked("Williamson and more", {"Williamson"}, 7), "*** and");
  EXPECT_EQ(masked("abc", {}, 0), "");
}

TEST(mask, bytes_that_are_no_utf8_are_escaped) {
  EXPECT_EQ(masked("a\xFF\xC3"
                   "b",
                   {}),
            "a\\xFF\\xC3b");
  EXPECT_EQ(masked("\xFF"
                   "Amya\xFE",
                   {"Amya"}),
            "\\xFF***\\xFE");
  EXPECT_EQ(masked("a\xFF", {}, 3), "a\\x");
}

TEST(mask, secret_is_found_however_an_answer_writes_it) {
  const std::vector<std::string> name{"Zoë \"Z\" O'N/<&+%41\n\\x"};
  for (const char* written : {
           R"(Zoë "Z" O'N/<&+%41\n\x)",                            // in JSON, but for its quotes
           R"(Zoë \"Z\" O'N\/<&+%41\n\\x)",                        // in JSON
           R"(Zo\u00eb \u0022Z\" O\u0027N/\u003C&+%41\u000a\\x)",  // in JSON of ASCII alone
           R"(Zoë \\\"Z\\\" O'N/<&+%41\\n\\\\x)",                  // in JSON within JSON
           R"(Zo\\u00eb \\\"Z\\\" O'N/<&+%41\\n\\\\x)",
           "Zo%C3%AB%20%22Z%22%20O%27N%2F%3C%26%2B%2541%0A%5Cx",  // in a URL
           "Zo%c3%ab+%22Z%22+O%27N%2f%3c%26%2b%2541%0a%5cx",      // in a form
           "Zo%25C3%25AB%2520%2522Z%2522%2520O%2527N%252F%253C%2526%252B%252541%250A%255Cx",
           "Zo%C3%AB%20%5C%22Z%5C%22%20O%27N%2F%3C%26%2B%2541%5Cn%5C%5Cx",  // its JSON in a URL
           "Zoë &quot;Z&quot; O&#39;N/&lt;&amp;+%41\\x",
       })
    EXPECT_EQ(masked("say " + std::string(written) + ", it is", name), "say ***, it is") << written;
}

TEST(mask, escape_before_a_secret_does_not_hide_it) {
  EXPECT_EQ(masked("%4abcdefg", {"abcdefg"}), "%4***");
  EXPECT_EQ(masked("a\\namya", {"namya"}), "a\\***");
  EXPECT_EQ(masked("a\\namya", {"amya"}), "a\\n***");
  EXPECT_EQ(masked("a\\u00e9mya", {"e9mya"}), "a\\u00***");
}

TEST(mask, half_an_escape_is_text) {
  for (const char* text : {"%", "%4", "%zz", "\\", "\\\\", "\\u", "\\u00", "\\ud83d", "&", "&am", "\\n"}) {
    EXPECT_EQ(masked(text, {"secret"}), text);
    EXPECT_EQ(masked("secret" + std::string(text), {"secret"}), "***" + std::string(text));
  }
  EXPECT_EQ(masked("\\ud83d\\ude00!", {"\U0001F600!"}), "***");
}

TEST(mask, many_secrets_do_not_make_it_slow) {
  std::vector<std::string> secrets;
  for (int i = 0; i < 50'000; ++i) secrets.push_back(std::string(40, 'a') + std::to_string(i));
  const std::string text(1 << 20, 'a');
  EXPECT_EQ(mask(text, secrets, 1024), std::string(1024, 'a'));
}

std::vector<std::string> secrets_of(std::string_view provider, std::string_view event) {
  const auto change = change_of(event);
  return plan_of(provider).sensitive_values(change);
}

TEST(sensitive_values, are_those_of_sensitive_fields_wherever_they_stand) {
  const auto found = secrets_of("perch", R"({"lead":{"id":"38owigkM","email":"lead@e.example","phone":"+123"},
    "changes":{"first_name":"Amya","citizenship":"Canadian","resource_id":"resource","phone":{"number":"2925655632"},"credit_score":142},
    "snapshot":{"last_name":"Williamson","income":120000,"status":"Contacted","no_such":{"deep":["hidden"]}},
    "native":{"resourceType":"FirmMember","clientData":{"sin":"004877852","prefix":"Doctor","pets":"goldfish"}}})");
  for (const char* wanted : {"Amya", "2925655632", "Canadian", "Doctor", "142", "Williamson", "120000", "004877852", "goldfish", "hidden",
                             "lead@e.example", "+123"})
    EXPECT_THAT(found, Contains(wanted));
  for (const char* harmless : {"resource", "FirmMember", "Contacted", "38owigkM"}) EXPECT_THAT(found, Not(Contains(harmless)));
}

TEST(sensitive_values, short_ones_are_left_out_and_doubles_stand_once) {
  EXPECT_THAT(secrets_of("perch", R"({"lead":{"id":"x"},"changes":{"first_name":"Al","last_name":""}})"), IsEmpty());
  EXPECT_EQ(secrets_of("perch", R"({"lead":{"id":"x"},"changes":{"first_name":"Ann"},"snapshot":{"first_name":"Ann"}})").size(), 1u);
}

TEST(sensitive_values, are_found_as_json_writers_escape_them) {
  const auto found = secrets_of("perch", R"({"lead":{"id":"x"},"changes":{"first_name":"Zo\u00e9 \"Z\""}})");
  EXPECT_THAT(found, Contains("Zoé \"Z\""));
  EXPECT_EQ(mask(R"({"error":"Zo\u00e9 \"Z\" is no name"})", found, 100), R"({"error":"*** is no name"})");
  EXPECT_EQ(mask(R"({"error":"Zoé \"Z\" is no name"})", found, 100), R"({"error":"*** is no name"})");
}

TEST(sensitive_values, parts_and_their_joined_text_are_both_found) {
  const auto found = secrets_of("leadpro", R"({"lead":{"id":"x"},"changes":{"address":{"line1":"1 Main St","state":"ON"}}})");
  EXPECT_THAT(found, Contains("1 Main St"));
  EXPECT_THAT(found, Contains("1 Main St, ON"));
}

TEST(masked_body, shows_only_what_is_not_sensitive) {
  const auto body = [](std::string_view provider, std::string_view event) {
    const plan by = plan_of(provider);
    const auto change = change_of(event);
    const auto request = by.build(change);
    EXPECT_TRUE(request) << request.error().detail;
    return by.masked_body(*request);
  };
  EXPECT_EQ(
      body("perch",
           R"({"lead":{"id":"x"},"changes":{"email":"a@b","first_name":"A","last_name":"B","prefix":"Ms.","resource_id":"r","phone":null},
    "native":{"clientData":{"pets":3}}})"),
      R"({"email":"***","firstName":"***","lastName":"***","resourceId":"r",)"
      R"("phone":{"number":null,"extension":null},"clientData":{"prefix":"***","pets":"***"}})");
  EXPECT_EQ(body("octanist", R"({"lead":{"id":"x","email":"a@b","phone":"1"},"changes":{"status":"won","note":"n"}})"),
            R"({"id":"x","email":"***","phone":"***","status":"won","note":"***"})");
  EXPECT_EQ(body("orwel", R"({"lead":{"id":"550e8400-e29b-41d4-a716-446655440000"},"changes":{"properties":{"a":1}}})"),
            R"({"properties":"***"})");
  EXPECT_EQ(body("leadping", R"({"lead":{"id":"x"},"changes":{"has_bankruptcy":true},"snapshot":{"gdpr_checkbox":true,"price":3}})"),
            R"({"id":"x","metadata":{"price":3},"customer":{"hasBankruptcy":"***"}})");
}

TEST(masked_body, request_without_a_body_is_empty) { EXPECT_EQ(plan_of("perch").masked_body(request{}), ""); }

}  // namespace
}  // namespace leadrelay::providers
