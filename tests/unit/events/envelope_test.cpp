#include "events/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/decode.hpp"

namespace leadrelay::events {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* whole = R"({"id":"e1","account":"acme","occurred_at":"2026-11-21T10:00:00Z",
  "lead":{"id":"L","email":"a@b.example","phone":"+31"},"changes":{"status":"won"},"snapshot":{"status":"won"},"native":{"x":1}})";

/// The detail of the refusal of an event whose `name` has this JSON as its value, the rest of the event being fine.
std::string detail_with(const std::string& name, const std::string& json) {
  auto event = json::parse(R"({"id":"e1","account":"acme","lead":{"id":"L"},"changes":{"status":"won"}})");
  event->RemoveMember(name);
  std::string text = json::serialize(*event);
  if (!json.empty()) text.insert(text.size() - 1, ",\"" + name + "\":" + json);
  const auto change = decode_json(text);
  if (change) return "fine";
  EXPECT_EQ(change.error().reason, reason::invalid_event);
  return change.error().detail;
}

TEST(read_envelope, every_part_of_a_whole_event_is_found) {
  const auto change = decode_json(whole);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->id, "e1");
  EXPECT_EQ(change->account, "acme");
  EXPECT_EQ(change->occurred_at, "2026-11-21T10:00:00Z");
  EXPECT_EQ(change->lead.id, "L");
  EXPECT_EQ(change->lead.email, "a@b.example");
  EXPECT_EQ(change->lead.phone, "+31");
  EXPECT_EQ(json::serialize(*change->changes), R"({"status":"won"})");
  EXPECT_EQ(json::serialize(*change->snapshot), R"({"status":"won"})");
  EXPECT_EQ(json::serialize(*change->native), R"({"x":1})");
}

TEST(read_envelope, parts_survive_moving_the_change) {
  auto change = decode_json(whole);
  ASSERT_TRUE(change.has_value());
  lead_change moved = std::move(*change);
  lead_change assigned;
  assigned = std::move(moved);
  EXPECT_EQ(assigned.account, "acme");
  EXPECT_EQ(json::serialize(*assigned.native), R"({"x":1})");
}

TEST(read_envelope, memory_grows_with_the_event_and_stays_near_its_size) {
  const auto small = decode_json(whole);
  const std::string padded = R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"note":")" + std::string(100'000, 'x') + "\"}}";
  const auto large = decode_json(padded);
  EXPECT_GT(small->memory->Capacity(), std::string_view(whole).size());
  EXPECT_LT(small->memory->Capacity(), 4'000u);
  EXPECT_GT(large->memory->Capacity(), 100'000u);
  EXPECT_LT(large->memory->Capacity(), 110'000u);
}

TEST(read_envelope, null_is_absent_for_what_is_optional) {
  const auto change = decode_json(R"({"id":"1","account":"a","occurred_at":null,"lead":{"id":null,"email":"e","phone":null},)"
                                  R"("changes":null,"snapshot":null,"native":{"x":1}})");
  ASSERT_TRUE(change.has_value()) << change.error().detail;
  EXPECT_EQ(change->occurred_at, "");
  EXPECT_EQ(change->lead.id, "");
  EXPECT_EQ(change->lead.email, "e");
  EXPECT_EQ(change->changes, nullptr);
  EXPECT_EQ(change->snapshot, nullptr);
}

TEST(read_envelope, empty_object_beside_a_full_one_says_nothing) {
  const auto change = decode_json(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{},"native":{"x":1},"snapshot":{}})");
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->changes, nullptr);
  ASSERT_NE(change->snapshot, nullptr);
  EXPECT_EQ(change->snapshot->MemberCount(), 0u);
}

TEST(read_envelope, nulls_inside_changes_stay) {
  const auto change = decode_json(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"prefix":null}})");
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE((*change->changes)["prefix"].IsNull());
}

TEST(read_envelope, unknown_keys_are_ignored) {
  EXPECT_TRUE(decode_json(R"({"id":"1","account":"a","lead":{"id":"L","crm":7},"changes":{"x":1},"source":[1],"version":2,"data":{}})")
                  .has_value());
}

TEST(read_envelope, missing_and_empty_parts_are_named) {
  EXPECT_EQ(detail_with("id", ""), "id: is missing, expected a string");
  EXPECT_EQ(detail_with("id", "null"), "id: is null, expected a string");
  EXPECT_EQ(detail_with("id", "\"\""), "id: is empty, expected at least one character");
  EXPECT_EQ(detail_with("account", ""), "account: is missing, expected a string");
  EXPECT_EQ(detail_with("account", "\"\""), "account: is empty, expected at least one character");
  EXPECT_EQ(detail_with("lead", ""), "lead: is missing, expected an object");
  EXPECT_EQ(detail_with("lead", "null"), "lead: is null, expected an object");
  EXPECT_THAT(detail_with("lead", "{}"), HasSubstr("lead: names no lead"));
  EXPECT_THAT(detail_with("lead", R"({"id":null})"), HasSubstr("lead: names no lead"));
  EXPECT_THAT(detail_with("changes", ""), HasSubstr("changes: is missing or empty and so is native"));
  EXPECT_THAT(detail_with("changes", "{}"), HasSubstr("changes: is missing or empty and so is native"));
}

TEST(read_envelope, every_wrong_type_is_named) {
  const std::vector<std::pair<std::string, std::string>> kinds{{"true", "a boolean"}, {"7", "a number"},  {"1.5", "a number"},
                                                               {"\"x\"", "a string"}, {"[]", "an array"}, {"{}", "an object"}};
  for (const auto& [json, kind] : kinds) {
    if (kind != "a string") {
      for (const char* name : {"id", "account", "occurred_at"})
        EXPECT_EQ(detail_with(name, json), name + (": is " + kind) + ", expected a string");
      for (const char* name : {"id", "email", "phone"})
        EXPECT_EQ(detail_with("lead", "{\"" + std::string(name) + "\":" + json + "}"),
                  "lead." + std::string(name) + ": is " + kind + ", expected a string");
    }
    if (kind != "an object") {
      for (const char* name : {"lead", "changes", "snapshot", "native"})
        EXPECT_EQ(detail_with(name, json), name + (": is " + kind) + ", expected an object");
    }
  }
}

TEST(read_envelope, empty_identifier_is_refused_even_beside_a_good_one) {
  EXPECT_EQ(detail_with("lead", R"({"id":"L","email":""})"), "lead.email: is empty, expected at least one character");
}

TEST(read_envelope, identifiers_may_hold_any_character) {
  const auto change = decode_json(R"({"id":"a\u0000b","account":"a","lead":{"id":"../\u0000 ?😀"},"changes":{"x":1}})");
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->id, std::string_view("a\0b", 3));
  EXPECT_EQ(change->lead.id.size(), 10u);
}

TEST(read_envelope, time_must_be_rfc_3339) {
  for (const char* time : {"2026-11-21T10:00:00Z", "2026-11-21t10:00:00z", "2026-11-21T10:00:00.123456+05:30", "2024-02-29T23:59:60-00:00"})
    EXPECT_EQ(detail_with("occurred_at", "\"" + std::string(time) + "\""), "fine") << time;
  for (const char* time : {"yesterday", "2026-11-21", "2026-11-21T10:00:00", "2026-11-21 10:00:00Z", "2026-11-21T10:00Z",
                           "2026-11-21T10:00:00+0100", "2026-11-21T10:00:00+01", "2026-02-30T10:00:00Z", "1700000000",
                           "2026-11-21T25:00:00Z", "2026-11-21T10:00:00.Z", "2026-11-21T10:00:00Z "})
    EXPECT_THAT(detail_with("occurred_at", "\"" + std::string(time) + "\""), HasSubstr("occurred_at: is no RFC 3339 date-time")) << time;
  EXPECT_EQ(detail_with("occurred_at", "\"\""), "occurred_at: is empty, expected at least one character");
}

TEST(read_envelope, keys_that_stand_twice_are_named) {
  const auto detail = [](const char* text) {
    const auto change = decode_json(text);
    EXPECT_EQ(change.error().reason, reason::invalid_event);
    return change.error().detail;
  };
  EXPECT_EQ(detail(R"({"id":"1","id":"2","account":"a","lead":{"id":"L"},"changes":{"x":1}})"), "id: stands twice, expected once");
  EXPECT_EQ(detail(R"({"id":"1","account":"a","lead":{"id":"L","id":"L"},"changes":{"x":1}})"), "lead.id: stands twice, expected once");
  EXPECT_EQ(detail(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":1,"x":1}})"), "changes.x: stands twice, expected once");
  EXPECT_EQ(detail(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"phone":{"number":"1","number":"2"}}})"),
            "changes.phone.number: stands twice, expected once");
  EXPECT_EQ(detail(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":1},"snapshot":{"x":1,"x":1}})"),
            "snapshot.x: stands twice, expected once");
  EXPECT_EQ(detail(R"({"id":"1","account":"a","lead":{"id":"L"},"native":{"x":[{"y":1,"y":1}]}})"),
            "native.x[0].y: stands twice, expected once");
}

TEST(read_envelope, details_never_show_a_value) {
  for (const char* text :
       {R"({"id":"secret","account":7,"lead":{"id":"secret"},"changes":{"sin":"secret"}})",
        R"({"id":"1","account":"a","occurred_at":"secret","lead":{"id":"secret"},"changes":{"sin":"secret"}})",
        R"({"id":"1","account":"a","lead":"secret","changes":{"sin":"secret"}})", R"({"id":"secret" "sin"})", R"({"a":secret})"}) {
    const auto change = decode_json(text);
    ASSERT_TRUE(change.has_error());
    EXPECT_THAT(change.error().detail, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace leadrelay::events
