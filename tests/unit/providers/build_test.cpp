#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Required fields.

TEST(required, missing_one_is_named_before_any_call) {
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"first_name":"A"})")),
            "missing_required: email, last_name: always required, but neither in the event, its snapshot nor the account's defaults");
  EXPECT_THAT(built(plan_of("leadpro"), R"({"lead":{"id":"x"},"changes":{"status":"New"}})"),
              StartsWith("missing_required: first_name, last_name"));
}

TEST(required, snapshot_fills_what_the_changes_lack) {
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"prefix":"Ms."})", R"(,"snapshot":{"email":"a@b.example","first_name":"A","last_name":"B",
    "resource_type":"Firm","resource_id":"r1","marital_status":"Married","no_such":1,"phone":"not needed, so not looked at"})")),
            R"(PATCH /v1/leads/x {"email":"a@b.example","firstName":"A","lastName":"B",)"
            R"("resourceType":"Firm","resourceId":"r1","clientData":{"prefix":"Ms."}})");
}

TEST(required, changes_win_over_snapshot_and_snapshot_over_defaults) {
  const plan by =
      plan_of("perch", with_defaults({{"email", R"("d@e.example")"}, {"firstName", R"("Default")"}, {"last_name", R"("Default")"}}));
  EXPECT_EQ(built(by, perch(R"({"email":"c@e.example"})", R"(,"snapshot":{"email":"s@e.example","first_name":"Snapshot"})")),
            R"(PATCH /v1/leads/x {"email":"c@e.example","firstName":"Snapshot","lastName":"Default"})");
}

TEST(required, null_in_the_snapshot_counts_as_absent) {
  EXPECT_THAT(built(plan_of("perch"), perch(R"({"prefix":"Ms."})", R"(,"snapshot":{"email":null,"first_name":"A","last_name":"B"})")),
              StartsWith("missing_required: email:"));
}

TEST(required, native_gives_it_too) {
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"id":"x"},"native":{"email":"a@b.example","firstName":"A","lastName":"B"}})"),
            R"(PATCH /v1/leads/x {"email":"a@b.example","firstName":"A","lastName":"B"})");
}

TEST(required, broken_one_in_the_snapshot_is_invalid) {
  EXPECT_EQ(built(plan_of("perch"), perch(R"({"prefix":"Ms."})", R"(,"snapshot":{"email":"nobody","first_name":"A","last_name":"B"})")),
            "invalid_field: snapshot.email: not an e-mail address");
}

TEST(required, defaults_that_are_only_sent_if_known_are_sent) {
  const plan by = plan_of("perch", with_defaults({{"resourceType", R"("Firm")"}, {"resource_id", R"("qSBKZzUi")"}}));
  EXPECT_EQ(built(by, perch("{" + std::string(names) + "}")),
            R"(PATCH /v1/leads/x {"email":"a@b.example","firstName":"A","lastName":"B","resourceType":"Firm","resourceId":"qSBKZzUi"})");
}

TEST(required, account_can_require_more) {
  account_settings settings;
  settings.require = {"resource_id"};
  EXPECT_THAT(built(plan_of("perch", settings), perch("{" + std::string(names) + "}")), StartsWith("missing_required: resource_id:"));
}

// Replacing the whole lead.

TEST(replacing, changes_alone_are_refused) {
  const std::string says = "missing_required: snapshot: Leadping replaces the whole lead, and the changes alone would erase the rest";
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"A"}})"), says);
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"snapshot":{}})"), says);
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"native":{}})"), says);
}

TEST(replacing, changes_are_laid_over_the_snapshot_and_native_over_both) {
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"C"},"native":{"contact":{"lastName":"N"}},
    "snapshot":{"first_name":"S","last_name":"S","email":"s@e.example"}})"),
            R"(PUT /leads/x {"id":"x","contact":{"firstName":"C","lastName":"N","email":"s@e.example"}})");
}

TEST(replacing, native_alone_is_the_whole_lead) {
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"C"},"native":{"contact":{"lastName":"N"}}})"),
            R"(PUT /leads/x {"id":"x","contact":{"firstName":"C","lastName":"N"}})");
}

TEST(replacing, ignored_changes_need_no_call_with_a_snapshot_or_without) {
  account_settings settings;
  settings.ignore = {"office_id"};
  const plan by = plan_of("leadping", settings);
  EXPECT_EQ(built(by, R"({"lead":{"id":"x"},"changes":{"office_id":1},"snapshot":{"first_name":"S"}})"), "nothing");
  EXPECT_EQ(built(by, R"({"lead":{"id":"x"},"changes":{"office_id":1}})"), "nothing");
  EXPECT_EQ(built(by, R"({"lead":{"id":"x"},"changes":{"office_id":1,"last_name":"C"},"snapshot":{"first_name":"S"}})"),
            R"(PUT /leads/x {"id":"x","contact":{"firstName":"S","lastName":"C"}})");
}

TEST(replacing, snapshot_alone_is_no_change) {
  const std::string says = "invalid_event: changes: say nothing of the lead and neither does native, expected what changed";
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{},"snapshot":{"first_name":"S"}})"), says);
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"phone":{}},"snapshot":{"first_name":"S"}})"), says);
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"native":{"contact":{}}})"), says);
}

TEST(replacing, native_that_says_nothing_is_not_the_whole_lead) {
  for (const char* native : {R"({"id":"x"})", R"({"contact":{}})"})
    EXPECT_THAT(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"C"},"native":)" + std::string(native) + "}"),
                StartsWith("missing_required: snapshot:"))
        << native;
}

TEST(replacing, broken_snapshot_is_invalid) {
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"snapshot":{"income":"much"}})"),
            "invalid_field: snapshot.income: a string, expected a number");
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"snapshot":{"phone":"1"}})"),
            "invalid_field: snapshot.phone: a string, expected an object");
}

TEST(replacing, defaults_fill_what_the_snapshot_lacks) {
  const plan by = plan_of("leadping", with_defaults({{"contact", R"({"streetAddress":{"country":"CA"}})"}, {"referrer", R"("none")"}}));
  EXPECT_EQ(built(by, R"({"lead":{"id":"x"},"changes":{"referrer":null},"snapshot":{"first_name":"S"}})"),
            R"(PUT /leads/x {"id":"x","contact":{"firstName":"S","streetAddress":{"country":"CA"}}})");
}

TEST(replacing, what_was_appended_before_is_not_appended_again) {
  const auto made = try_plan(compiled(R"(
name: test
title: Test
source: a test
base_url: https://test.example
call: { method: PUT, path: "/leads/{id}" }
auth: { bearer: true }
writes: replace
clear: omit
lead: { one_of: [id] }
fields:
  first_name: { to: /first_name }
  note: { to: /note, append: true }
)"));
  ASSERT_TRUE(made.value);
  const auto change = change_of(R"({"lead":{"id":"x"},"changes":{"first_name":"A"},"snapshot":{"first_name":"B","note":"called"}})");
  const auto request = made.value->build(change);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, R"({"first_name":"A"})");
  EXPECT_FALSE(request->appends);
}

// Fields that go only with others.

TEST(companion, must_be_among_the_changes_or_in_the_snapshot) {
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"loss_reason":"price"})")),
            "invalid_field: loss_reason: may be sent only with status lost");
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"loss_reason":"price","status":"won"})")),
            "invalid_field: loss_reason: may be sent only with status lost");
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"loss_reason":"price","status":"lost"})")),
            R"(PATCH /api/leads {"id":"x","status":"lost","lossReason":"price"})");
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"loss_reason":"price"})", R"(,"snapshot":{"status":"lost","value":1})")),
            R"(PATCH /api/leads {"id":"x","status":"lost","lossReason":"price"})");
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"loss_reason":"price"})", R"(,"snapshot":{"status":"won"})")),
            "invalid_field: loss_reason: may be sent only with status lost");
}

TEST(companion, is_not_sent_along_without_need) {
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"value":1})", R"(,"snapshot":{"status":"lost","loss_reason":"price"})")),
            R"(PATCH /api/leads {"id":"x","value":1})");
}

TEST(companion, old_name_of_native_counts) {
  EXPECT_EQ(built(plan_of("octanist"), octanist("{}", R"(,"native":{"changedTo":"lost","lossReason":"price"})")),
            R"(PATCH /api/leads {"id":"x","lossReason":"price","changedTo":"lost"})");
  EXPECT_THAT(built(plan_of("octanist"), octanist("{}", R"(,"native":{"changedTo":"won","lossReason":"price"})")),
              StartsWith("invalid_field:"));
}

// Which lead.

TEST(identity, every_identifier_goes_to_octanist) {
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"email":"a@b","phone":"+1"},"changes":{"status":"won"}})"),
            R"(PATCH /api/leads {"email":"a@b","phone":"+1","status":"won"})");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"phone":"\"+1\""},"changes":{"status":"won"}})"),
            R"(PATCH /api/leads {"phone":"\"+1\"","status":"won"})");
}

TEST(identity, missing_one_is_named) {
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{},"changes":{"status":"won"}})"),
            "missing_required: lead.id, lead.email or lead.phone: Octanist needs it to find the lead");
  EXPECT_EQ(built(plan_of("perch"), R"({"lead":{"email":"a@b"},"changes":{"prefix":"Ms."}})"),
            "missing_required: lead.id: Perch needs it to find the lead");
}

TEST(identity, email_and_phone_of_the_lead_fill_no_field) {
  EXPECT_THAT(built(plan_of("perch"), R"({"lead":{"id":"x","email":"a@b","phone":"1"},"changes":{"first_name":"A","last_name":"B"}})"),
              StartsWith("missing_required: email:"));
}

TEST(identity, format_is_checked) {
  EXPECT_EQ(built(plan_of("orwel"), R"({"lead":{"id":"x"},"changes":{"summary":{}}})"), "invalid_field: lead.id: not a UUID");
}

TEST(identity, native_may_not_name_another_lead) {
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"native":{"id":"y","contact":{"firstName":"A"}}})"),
            "invalid_field: lead.id: differs from `native`, a change is of one lead");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"email":"a@b"},"native":{"id":"y","status":"won"}})"),
            "invalid_field: lead.id: is given by `native` alone, give it in `lead`");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"id":"x"},"native":{"id":5,"status":"won"}})"),
            "invalid_field: native.id: a number, expected a string");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"id":"x"},"native":{"id":null,"status":"won"}})"),
            "invalid_field: native.id: identifies the lead and cannot be cleared");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"id":"x"},"native":{"id":"x","email":"a@b","status":"won"}})"),
            R"(PATCH /api/leads {"id":"x","email":"a@b","status":"won"})");
}

struct hostile {
  const char* json;
  const char* segment;
};

TEST(identity, hostile_identifier_stays_one_segment) {
  const hostile cases[] = {
      {R"(../../admin)", "..%2F..%2Fadmin"},
      {R"(a/b)", "a%2Fb"},
      {R"(a\\b)", "a%5Cb"},
      {R"(a?x=1)", "a%3Fx%3D1"},
      {R"(a#b)", "a%23b"},
      {R"(a\r\nHost: evil)", "a%0D%0AHost%3A%20evil"},
      {R"(a\u0000b)", "a%00b"},
      {R"(%2e%2e)", "%252e%252e"},
      {R"(%2e)", "%252e"},
      {R"(...)", "..."},
      {R"(é😀)", "%C3%A9%F0%9F%98%80"},
      {R"(;a=b&c@d:e,f+g)", "%3Ba%3Db%26c%40d%3Ae%2Cf%2Bg"},
      {R"( )", "%20"},
      {R"(http://evil.example/)", "http%3A%2F%2Fevil.example%2F"},
  };
  const plan by = plan_of("leadping");
  for (const hostile& each : cases) {
    const auto change =
        change_of(R"({"lead":{"id":")" + std::string(each.json) + R"("},"changes":{"first_name":"A"},"snapshot":{"first_name":"A"}})");
    const auto request = by.build(change);
    ASSERT_TRUE(request) << each.json;
    EXPECT_EQ(request->target, "/leads/" + std::string(each.segment));
  }
}

TEST(identity, very_long_identifier_stays_one_segment) {
  const std::string id = repeated("/", 10'000);
  const auto change = change_of(R"({"lead":{"id":")" + id + R"("},"changes":{"first_name":"A"},"snapshot":{"first_name":"A"}})");
  const auto request = plan_of("leadping").build(change);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/leads/" + repeated("%2F", 10'000));
}

TEST(identity, dot_segment_is_refused) {
  for (const char* id : {".", ".."})
    EXPECT_EQ(built(plan_of("leadping"),
                    R"({"lead":{"id":")" + std::string(id) + R"("},"changes":{"first_name":"A"},"snapshot":{"first_name":"A"}})"),
              "invalid_field: lead.id: may not be a dot segment");
}

TEST(target, starts_with_the_base_url_s_path) {
  account_settings settings;
  settings.base_url = "http://localhost:8080/proxy/perch/";
  const plan by = plan_of("perch", settings);
  EXPECT_EQ(by.base_url(), "http://localhost:8080/proxy/perch");
  EXPECT_THAT(built(by, perch("{" + std::string(names) + "}")), StartsWith("PATCH /proxy/perch/v1/leads/x {"));
}

TEST(problems, never_show_a_value) {
  const std::string secret = "SECRETVALUE";
  for (const char* provider : {"perch", "leadpro", "octanist", "leadping", "orwel"}) {
    const plan by = plan_of(provider);
    for (const char* name :
         {"email", "first_name", "sin", "status", "value", "company_id", "date_of_birth", "income", "questionnaire", "meta"})
      for (const std::string& value :
           {'"' + secret + repeated("x", 60) + '"', "[\"" + secret + "\"]", "{\"" + std::string("k") + "\":\"" + secret + "\"}"})
        for (const char* way : {"changes", "native", "snapshot"}) {
          const std::string event =
              R"({"lead":{"id":"550e8400-e29b-41d4-a716-446655440000"},")" + std::string(way) + "\":{\"" + name + "\":" + value + "}}";
          const auto change = change_of(event);
          const auto request = by.build(change);
          EXPECT_THAT(request ? "" : request.error().detail, Not(HasSubstr(secret))) << event;
        }
  }
}

// Shapes of providers to come.

constexpr const char* batch = R"(
name: batch
title: Batch
source: a test
base_url: https://batch.example
call: { method: POST, path: "/objects?by={email}" }
auth: { bearer: true }
lead: { one_of: [email], to: { id: /inputs/0/id } }
fields:
  first_name: { to: /inputs/0/properties/firstname }
  address.city: { to: /inputs/0/properties/city }
open: [/inputs/0/properties]
)";

TEST(array_body, items_are_written_in_place) {
  const auto made = try_plan(compiled(batch));
  ASSERT_TRUE(made.value);
  EXPECT_EQ(built(*made.value, R"({"lead":{"id":"7","email":"a+b@c"},"changes":{"first_name":"A"}})"),
            R"(POST /objects?by=a%2Bb%40c {"inputs":[{"id":"7","properties":{"firstname":"A"}}]})");
  EXPECT_EQ(built(*made.value, R"({"lead":{"id":"7","email":"e"},"native":{"inputs":[{"properties":{"city":"C","pet":"dog"}}]}})"),
            R"(POST /objects?by=e {"inputs":[{"id":"7","properties":{"city":"C","pet":"dog"}}]})");
  EXPECT_EQ(built(*made.value, R"({"lead":{"id":"7","email":"e"},"native":{"inputs":[{},{"properties":{}}]}})"),
            "unmapped_field: native.inputs.1: Batch has no such field");
  EXPECT_EQ(built(*made.value, R"({"lead":{"id":"7","email":"e"},"native":{"inputs":{}}})"),
            "invalid_field: native.inputs: an object, expected an array");
  EXPECT_EQ(built(*made.value, R"({"lead":{"id":"7"},"changes":{"first_name":"A"}})"),
            "missing_required: lead.email: Batch needs it to find the lead");
  EXPECT_EQ(built(*made.value, R"({"lead":{"email":"e&id=7"},"changes":{"first_name":"A"}})"),
            R"(POST /objects?by=e%26id%3D7 {"inputs":[{"properties":{"firstname":"A"}}]})");
}

}  // namespace
}  // namespace leadrelay::providers
