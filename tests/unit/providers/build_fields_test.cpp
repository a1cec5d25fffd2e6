#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Bounds: each is tried on both sides.

struct bound {
  const char* provider;
  std::string event;
  std::string problem;  ///< empty: fine
};

std::vector<bound> leadpro_bounds() {
  const auto text = [](const char* name, std::string_view piece, std::size_t count) {
    return leadpro('"' + std::string(name) + "\":\"" + repeated(piece, count) + '"');
  };
  std::vector<bound> out;
  for (const char* piece : {"x", "é", "😀"}) {
    for (const char* name : {"address", "postcode", "advert_address", "advert_postcode"}) {
      out.push_back({"leadpro", text(name, piece, 255), ""});
      out.push_back({"leadpro", text(name, piece, 256), std::string(name) + ": 256 characters, at most 255"});
    }
    const auto named = [&](std::size_t count) {
      return R"({"lead":{"id":"x"},"changes":{"first_name":")" + repeated(piece, count) + R"(","last_name":"B"}})";
    };
    out.push_back({"leadpro", named(50), ""});
    out.push_back({"leadpro", named(51), "first_name: 51 characters, at most 50"});
  }
  out.push_back({"leadpro", R"({"lead":{"id":"x"},"changes":{"first_name":"","last_name":"B"}})", "first_name: 0 characters, at least 1"});
  // `[["q",""]]` is 10 bytes, `{"k":""}` is 8.
  out.push_back({"leadpro", leadpro(R"("questionnaire":[["q",")" + repeated("x", 2038) + "\"]]"), ""});
  out.push_back(
      {"leadpro", leadpro(R"("questionnaire":[["q",")" + repeated("x", 2039) + "\"]]"), "questionnaire: 2049 bytes of JSON, at most 2048"});
  out.push_back({"leadpro", leadpro(R"("meta":{"k":")" + repeated("x", 1016) + "\"}"), ""});
  out.push_back({"leadpro", leadpro(R"("meta":{"k":")" + repeated("x", 1017) + "\"}"), "meta: 1025 bytes of JSON, at most 1024"});
  out.push_back({"leadpro", leadpro(R"("meta":{"k":")" + repeated("é", 508) + "\"}"), ""});
  out.push_back({"leadpro", leadpro(R"("meta":{"k":")" + repeated("é", 509) + "\"}"), "meta: 1026 bytes of JSON, at most 1024"});
  return out;
}

std::vector<bound> other_bounds() {
  const std::string all(names);
  return {
      {"leadpro", leadpro(R"("meta":{"k":1})"), "meta: a number inside, expected strings only"},
      {"leadpro", leadpro(R"("questionnaire":[["q"]])"), "questionnaire: each item must be an array of two strings"},
      {"leadpro", leadpro(R"("office_id":375)"), ""},
      {"leadpro", leadpro(R"("office_id":"375")"), "office_id: a string, expected a number"},
      {"leadpro", leadpro(R"("gdpr_checkbox":"yes")"), "gdpr_checkbox: a string, expected a boolean"},
      {"leadpro", leadpro(R"("next_action_date":"2025-07-12T10:00:00Z")"), ""},
      {"leadpro", leadpro(R"("next_action_date":"12/07/2025")"),
       "next_action_date: not a date-time, expected ISO 8601 such as 2026-11-21T10:00:00Z"},
      {"octanist", octanist(R"({"status":"won"})"), ""},
      {"octanist", octanist(R"({"status":"WON"})"), "status: not one of qualified, won, lost"},
      {"octanist", octanist(R"({"status":"contacted"})"), "status: not one of qualified, won, lost"},
      {"octanist", octanist(R"({"value":5000})"), ""},
      {"octanist", octanist(R"({"value":"5000.50"})"), ""},
      {"octanist", octanist(R"({"value":"five"})"), "value: a string that is no number, expected a number or a numeric string"},
      {"octanist", octanist(R"({"value":true})"), "value: a boolean, expected a number or a numeric string"},
      {"octanist", octanist("{}", R"(,"native":{"changedTo":"won"})"), ""},
      {"octanist", octanist("{}", R"(,"native":{"changedTo":"open"})"), "native.changedTo: not one of qualified, won, lost"},
      {"orwel", orwel(R"({"company_id":"aa0e8400-e29b-41d4-a716-446655440005"})"), ""},
      {"orwel", orwel(R"({"company_id":"acme"})"), "company_id: not a UUID"},
      {"orwel", orwel(R"({"properties":[1]})"), "properties: an array, expected an object"},
      {"perch", perch("{" + all + R"(,"date_of_birth":"1987-07-13"})"), ""},
      {"perch", perch("{" + all + R"(,"date_of_birth":"1987-13-07"})"), "date_of_birth: not a date, expected YYYY-MM-DD"},
      {"perch", perch("{" + all + R"(,"resource_type":"FirmMember"})"), ""},
      {"perch", perch("{" + all + R"(,"resource_type":"firm"})"), "resource_type: not one of ClientProfile, Firm, FirmMember"},
      {"perch", perch(R"({"email":"nobody","first_name":"A","last_name":"B"})"), "email: not an e-mail address"},
      {"perch", perch("{" + all + R"(,"phone":"292"})"), "phone: a string, expected an object"},
      {"perch", perch("{" + all + R"(,"phone":{"number":1}})"), "phone.number: a number, expected a string"},
      {"perch", perch("{" + all + R"(,"phone":{"number":"1","number":"2"}})"), "phone.number: stands twice"},
  };
}

TEST(bounds, hold_on_both_sides) {
  std::vector<bound> all = leadpro_bounds();
  for (auto& each : other_bounds()) all.push_back(std::move(each));
  for (const bound& each : all) {
    const std::string says = built(plan_of(each.provider), each.event);
    if (each.problem.empty()) {
      EXPECT_THAT(says, StartsWith("PATCH ")) << each.event.substr(0, 120);
    } else {
      EXPECT_EQ(says, "invalid_field: " + each.problem) << each.event.substr(0, 120);
    }
  }
}

TEST(texts, are_escaped_as_json_needs) {
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"note":"a\"b\\c\n\u0000d/é😀"})")),
            R"(PATCH /api/leads {"id":"x","note":"a\"b\\c\n\u0000d/é😀"})");
}

TEST(conversion, credit_score_fits_either_provider) {
  EXPECT_THAT(built(plan_of("perch"), perch("{" + std::string(names) + R"(,"credit_score":142})")),
              HasSubstr(R"("creditScoreEstimation":"142")"));
  EXPECT_THAT(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"snapshot":{"credit_score":"142"}})"),
              HasSubstr(R"("creditScore":142)"));
}

// Null.

TEST(null, is_sent_as_null_where_the_definition_says_so) {
  EXPECT_EQ(built(plan_of("perch"), perch("{" + std::string(names) + R"(,"prefix":null,"phone":null})")),
            R"(PATCH /v1/leads/x {"email":"a@b.example","firstName":"A","lastName":"B",)"
            R"("phone":{"number":null,"extension":null},"clientData":{"prefix":null}})");
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"value":null})")), R"(PATCH /api/leads {"id":"x","value":null})");
  EXPECT_EQ(built(plan_of("orwel"), orwel(R"({"summary":null})")),
            R"(PATCH /api/v1/leads/550e8400-e29b-41d4-a716-446655440000 {"summary":null})");
  EXPECT_THAT(built(plan_of("leadpro"), leadpro(R"("address":null)")), HasSubstr(R"("address":null)"));
}

TEST(null, leaves_the_field_out_of_a_request_that_replaces) {
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"email":null,"address":null},
    "snapshot":{"email":"a@b.example","first_name":"A","address":{"line1":"1 Main St"}}})"),
            R"(PUT /leads/x {"id":"x","contact":{"firstName":"A"}})");
}

TEST(null, never_clears_what_is_required_or_appended) {
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"email":null,"first_name":"A","last_name":"B"})")),
            "invalid_field: email: cannot be cleared, as it is always required");
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"email":null}})"),
            "invalid_field: native.email: cannot be cleared, as it is always required");
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"note":null})")),
            "invalid_field: note: cannot be cleared, as it is appended to what is there");
  EXPECT_EQ(built(plan_of("leadpro"), leadpro(R"("questionnaire":null)")),
            "invalid_field: questionnaire: cannot be cleared, as it is appended to what is there");
}

TEST(null, means_what_the_account_says) {
  account_settings settings;
  settings.clear = clear_as::empty;
  EXPECT_THAT(built(plan_of("leadpro", settings), leadpro(R"("status":null)")), HasSubstr(R"("status":"")"));
  EXPECT_EQ(built(plan_of("leadpro", settings), leadpro(R"("office_id":null)")),
            "invalid_field: office_id: cannot be cleared, as it may not be an empty string");
  EXPECT_EQ(built(plan_of("octanist", settings), octanist(R"({"status":null})")),
            "invalid_field: status: cannot be cleared, as it may not be an empty string");
  settings.clear = clear_as::refuse;
  EXPECT_EQ(built(plan_of("leadpro", settings), leadpro(R"("status":null)")),
            "invalid_field: status: cannot be cleared, as the provider does not say how; the account may set `clear`");
}

// What the definition cannot say.

TEST(unmapped, change_is_refused_unless_the_account_ignores_it) {
  const std::string event = perch("{" + std::string(names) + R"(,"office_id":3})");
  EXPECT_EQ(built(plan_of("perch"), event), "unmapped_field: office_id: Perch has no place for it; the account may list it under `ignore`");
  account_settings settings;
  settings.ignore = {"office_id"};
  EXPECT_THAT(built(plan_of("perch", settings), event), StartsWith("PATCH "));
}

TEST(unmapped, null_is_a_change_too) {
  EXPECT_THAT(built(plan_of("perch"), perch("{" + std::string(names) + R"(,"office_id":null})")), StartsWith("unmapped_field: office_id:"));
}

TEST(unmapped, mistyped_name_is_told_the_near_one) {
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"firstname":"A"})")),
            "unmapped_field: firstname: Perch has no such field, did you mean `first_name`?");
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"zzz":"A"})")), "unmapped_field: zzz: Perch has no such field");
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"phone":{"nummer":"A"}})")),
            "unmapped_field: phone.nummer: Perch has no such field, did you mean `phone.number`?");
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"firstname":"A"}})"),
            "unmapped_field: native.firstname: Perch has no such field, did you mean `firstName`?");
}

TEST(unmapped, member_name_is_made_printable_and_short) {
  const std::string long_name(100'000, 'n');
  const std::string says = built(plan_of("perch"), perch("{\"a\\nb" + long_name + "\":1}"));
  EXPECT_THAT(says, StartsWith("unmapped_field: a\\x0Ab"));
  EXPECT_LT(says.size(), 200u);
}

TEST(unmapped, parts_are_ignored_by_their_object_or_one_by_one) {
  account_settings settings;
  settings.ignore = {"phone"};
  EXPECT_EQ(built(plan_of("octanist", settings), octanist(R"({"status":"won","phone":{"number":"1"}})")),
            R"(PATCH /api/leads {"id":"x","status":"won"})");
  settings.ignore = {"phone.number"};
  EXPECT_THAT(built(plan_of("octanist", settings), octanist(R"({"status":"won","phone":{"number":"1"}})")), StartsWith("PATCH "));
  EXPECT_THAT(built(plan_of("octanist", settings), octanist(R"({"status":"won","phone":{"number":"1","extension":"2"}})")),
              StartsWith("unmapped_field: phone.extension:"));
  EXPECT_THAT(built(plan_of("octanist", settings), octanist(R"({"status":"won","phone":null})")), StartsWith("unmapped_field: phone:"));
}

TEST(unmapped, in_the_snapshot_is_passed_over) {
  EXPECT_EQ(built(plan_of("leadping"),
                  R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"snapshot":{"office_id":1,"phone":{"extension":"5"}}})"),
            R"(PUT /leads/x {"id":"x","contact":{"firstName":"A"}})");
}

TEST(unmapped, native_member_is_refused_but_in_an_open_object) {
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"phone":{"country":"CA"}}})"),
            "unmapped_field: native.phone.country: Perch has no such field");
  EXPECT_EQ(
      built(plan_of("perch", with_defaults({{"email", R"("a@b")"}, {"first_name", R"("A")"}, {"last_name", R"("B")"}})),
            R"({"lead":{"id":"x"},"native":{"clientData":{"prefix":"Ms.","pets":[1,{"a":null}],"x\"y":2}}})"),
      R"(PATCH /v1/leads/x {"email":"a@b","firstName":"A","lastName":"B","clientData":{"prefix":"Ms.","pets":[1,{"a":null}],"x\"y":2}})");
}

TEST(unmapped, nothing_left_to_say_needs_no_call) {
  account_settings settings;
  settings.ignore = {"office_id", "phone.lookup"};
  EXPECT_EQ(built(plan_of("perch", settings), perch(R"({"office_id":3})")), "nothing");
  EXPECT_EQ(built(plan_of("perch", settings), perch(R"({"office_id":null,"phone":{}})")), "nothing");
  EXPECT_EQ(built(plan_of("perch", settings), perch(R"({"phone":{"lookup":{"id":"l"}}})")), "nothing");
  EXPECT_EQ(built(plan_of("octanist", settings), R"({"lead":{"id":"x"},"changes":{"office_id":3},"native":{"id":"x"}})"), "nothing");
}

TEST(unmapped, nothing_left_to_say_still_names_one_lead) {
  account_settings settings;
  settings.ignore = {"office_id"};
  EXPECT_EQ(built(plan_of("octanist", settings), R"({"lead":{"id":"1"},"changes":{"office_id":3},"native":{"id":"2"}})"),
            "invalid_field: lead.id: differs from `native`, a change is of one lead");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"id":"1"},"native":{"id":"2"}})"),
            "invalid_field: lead.id: differs from `native`, a change is of one lead");
}

TEST(unmapped, saying_nothing_is_no_event_whatever_the_account_ignores) {
  account_settings settings;
  settings.ignore = {"office_id"};
  const std::string says = "invalid_event: changes: say nothing of the lead and neither does native, expected what changed";
  for (const char* changes : {"{}", R"({"phone":{}})", R"({"phone":{"lookup":{}}})"})
    EXPECT_EQ(built(plan_of("leadping", settings), perch(changes)), says) << changes;
  EXPECT_EQ(built(plan_of("leadpro", settings), perch(R"({"address":{}})")), says);
  EXPECT_EQ(built(plan_of("octanist", settings), R"({"lead":{"id":"x"},"native":{"id":"x"}})"), says);
  EXPECT_EQ(built(plan_of("perch", settings), R"({"lead":{"id":"x"},"native":{"clientData":{}}})"), says);
  EXPECT_EQ(built(plan_of("perch", settings), R"({"lead":{"id":"x"}})"), says);
}

TEST(detail, is_one_line_whatever_the_definition_says) {
  const auto made = try_plan(compiled(R"(
name: test
title: "Te\u0005\nst"
base_url: https://test.example
call: { method: PATCH, path: "/leads/{id}" }
auth: { bearer: true }
fields:
  status: { to: /status, enum: ["a\nb"] }
)"));
  ASSERT_TRUE(made.value);
  EXPECT_EQ(built(*made.value, perch(R"({"status":"c"})")), "invalid_field: status: not one of a\\x0Ab");
  EXPECT_THAT(built(*made.value, perch(R"({"office_id":1})")), testing::StartsWith("unmapped_field: office_id: Te\\x05\\x0Ast has"));
}

// `native`.

TEST(native, is_laid_over_the_mapped_changes) {
  EXPECT_EQ(built(plan_of("perch"), perch("{" + std::string(names) + R"(,"phone":{"number":"1","extension":"2"}})",
                                          R"(,"native":{"firstName":"N","phone":{"number":"3"}})")),
            R"(PATCH /v1/leads/x {"email":"a@b.example","firstName":"N","lastName":"B","phone":{"number":"3","extension":"2"}})");
}

TEST(native, is_checked_by_the_definition) {
  EXPECT_EQ(built(plan_of("leadpro"), R"({"lead":{"id":"x"},"native":{"first_name":1}})"),
            "invalid_field: native.first_name: a number, expected a string");
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"phone":"1"}})"),
            "invalid_field: native.phone: a string, expected an object");
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"native":{"contact":{"streetAddress":{"city":5}}}})"),
            "invalid_field: native.contact.streetAddress.city: a number, expected a string");
}

TEST(native, member_that_stands_twice_is_refused) {
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"firstName":"A","firstName":"B"}})"),
            "invalid_field: native.firstName: stands twice");
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"phone":{},"phone":{}}})"),
            "invalid_field: native.phone: stands twice");
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"clientData":{"pets":1,"pets":2}}})"),
            "invalid_field: native.clientData: a member stands twice");
}

TEST(native, append_marks_the_request) {
  const auto change = change_of(R"({"lead":{"id":"x"},"native":{"note":"called"}})");
  const auto request = plan_of("octanist").build(change);
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->appends);
  EXPECT_FALSE(request->repeatable);
}

// Two names for one field.

TEST(shared_field, names_that_differ_are_refused) {
  EXPECT_EQ(built(plan_of("leadping"),
                  R"({"lead":{"id":"x"},"changes":{"address":{"postal_code":"1"},"postcode":"2"},"snapshot":{"first_name":"S"}})"),
            "invalid_field: address.postal_code and postcode: differ, yet are the same field of Leadping");
}

TEST(shared_field, names_that_agree_are_sent_once) {
  EXPECT_EQ(built(plan_of("leadping"),
                  R"({"lead":{"id":"x"},"changes":{"address":{"postal_code":"1"},"postcode":"1"},"snapshot":{"postcode":"0"}})"),
            R"(PUT /leads/x {"id":"x","contact":{"streetAddress":{"postalCode":"1"}}})");
}

TEST(shared_field, text_and_object_are_both_taken) {
  EXPECT_EQ(built(plan_of("leadping"),
                  R"({"lead":{"id":"x"},"changes":{"address":"1 Main St"},"snapshot":{"address":{"line1":"old","city":"Springfield"}}})"),
            R"(PUT /leads/x {"id":"x","contact":{"streetAddress":{"line1":"1 Main St","city":"Springfield"}}})");
}

// An object that becomes one text.

TEST(joined, parts_become_one_text) {
  EXPECT_THAT(built(plan_of("leadpro"), leadpro(R"("address":{"city":"Springfield","line1":"1 Main St","line2":"","country":null})")),
              HasSubstr(R"("address":"1 Main St, Springfield")"));
  EXPECT_THAT(built(plan_of("leadpro"), leadpro(R"("address":"1 Main St")")), HasSubstr(R"("address":"1 Main St")"));
}

TEST(joined, parts_that_did_not_change_are_kept_from_the_snapshot) {
  EXPECT_THAT(built(plan_of("leadpro"), R"({"lead":{"id":"x"},"changes":{"address":{"city":"Shelbyville"}},
    "snapshot":{"first_name":"A","last_name":"B","address":{"line1":"1 Main St","city":"Springfield"}}})"),
              HasSubstr(R"("address":"1 Main St, Shelbyville")"));
}

TEST(joined, bad_parts_are_refused) {
  EXPECT_EQ(built(plan_of("leadpro"), leadpro(R"("address":{"street":"x"})")), "unmapped_field: address.street: no part of address");
  EXPECT_EQ(built(plan_of("leadpro"), leadpro(R"("address":{"line1":1})")), "invalid_field: address.line1: a number, expected a string");
  EXPECT_EQ(built(plan_of("leadpro"), leadpro(R"("address":{"line1":")" + repeated("x", 250) + R"(","city":"1234"})")),
            "invalid_field: address: 256 characters, at most 255");
}

TEST(joined, nothing_but_nulls_clears) {
  EXPECT_THAT(built(plan_of("leadpro"), leadpro(R"("address":{"line1":null})")), HasSubstr(R"("address":null)"));
  EXPECT_THAT(built(plan_of("leadpro"), leadpro(R"("address":{})")), Not(HasSubstr("address")));
}

}  // namespace
}  // namespace leadrelay::providers
