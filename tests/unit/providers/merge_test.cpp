#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "providers/merge.hpp"
#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

/// How many of the changes go together, and what they become.
std::string merged(const plan& by, const std::vector<std::string>& changes) {
  merger together(by);
  for (const std::string& each : changes)
    if (!together.add(change_of(each))) break;
  return std::to_string(together.size()) + " " + (together.size() > 0 ? together.build().body : "");
}

std::string event(std::string_view changes, std::string_view rest = "", std::string_view id = "550e8400-e29b-41d4-a716-446655440000") {
  return R"({"lead":{"id":")" + std::string(id) + R"("},"changes":)" + std::string(changes) + std::string(rest) + "}";
}

TEST(merge, later_wins_for_each_field) {
  EXPECT_EQ(merged(plan_of("octanist"), {octanist(R"({"value":1})"), octanist(R"({"status":"won"})"), octanist(R"({"value":2})")}),
            R"(3 {"id":"x","status":"won","value":2})");
}

TEST(merge, numbers_keep_their_digits) {
  EXPECT_EQ(merged(plan_of("octanist"), {octanist(R"({"value":1.500000000000000000001})"), octanist(R"({"status":"won"})")}),
            R"(2 {"id":"x","status":"won","value":1.500000000000000000001})");
}

TEST(merge, an_object_is_overwritten_by_one_that_has_all_its_members) {
  const plan by = plan_of("orwel");
  EXPECT_EQ(merged(by, {event(R"({"properties":{"a":{"b":1}}})"), event(R"({"properties":{"a":{"b":2,"c":3},"d":4}})")}),
            R"(2 {"properties":{"a":{"b":2,"c":3},"d":4}})");
  EXPECT_EQ(merged(by, {event(R"({"properties":{"a":1}})"), event(R"({"properties":{"b":1}})")}), R"(1 {"properties":{"a":1}})");
  EXPECT_EQ(merged(by, {event(R"({"properties":{"a":{"b":1}}})"), event(R"({"properties":{"a":{"c":1}}})")}),
            R"(1 {"properties":{"a":{"b":1}}})");
}

TEST(merge, an_object_over_a_scalar_or_an_array_keeps_its_own_request) {
  const plan by = plan_of("orwel");
  for (const char* below : {"5", "[1]", "\"text\""}) {
    const std::string first = std::string(R"({"properties":{"a":)") + below + "}}";
    EXPECT_EQ(merged(by, {event(first), event(R"({"properties":{"a":{"c":1}}})")}), "1 " + first);
  }
  EXPECT_EQ(merged(by, {event(R"({"properties":{"a":{"c":1}}})"), event(R"({"properties":{"a":[1]}})")}), R"(2 {"properties":{"a":[1]}})");
}

/// An event with that many members in one object.
std::string wide(int members, int value) {
  std::string out;
  for (int index = 0; index < members; ++index) out += (index > 0 ? ",\"m" : "\"m") + std::to_string(index) + "\":" + std::to_string(value);
  return event(R"({"properties":{)" + out + "}}");
}

TEST(merge, an_object_of_many_members_keeps_its_own_request) {
  const plan by = plan_of("orwel");
  EXPECT_THAT(merged(by, {wide(64, 1), wide(64, 2)}), testing::StartsWith("2 "));
  EXPECT_THAT(merged(by, {wide(65, 1), wide(65, 2)}), testing::StartsWith("1 "));
  EXPECT_THAT(merged(by, {wide(1, 1), wide(65, 2)}), testing::StartsWith("1 "));
}

TEST(merge, objects_whose_fields_the_definition_lists_are_merged_field_by_field) {
  const auto out = merged(plan_of("perch"), {perch("{" + std::string(names) + R"(,"phone":{"number":"2925655632"}})"),
                                             perch("{" + std::string(names) + R"(,"phone":{"extension":"12"}})")});
  EXPECT_THAT(out, testing::StartsWith("2 "));
  EXPECT_THAT(out, testing::HasSubstr("2925655632"));
  EXPECT_THAT(out, testing::HasSubstr("12\""));
}

TEST(merge, appends_clears_and_native_keep_their_own_request) {
  const plan by = plan_of("octanist");
  const std::string set = octanist(R"({"value":1})");
  for (const std::string& alone :
       {octanist(R"({"note":"x"})"), octanist(R"({"value":null})"), octanist(R"({"value":2,"status":null})"),
        octanist(R"({"value":2})", R"(,"native":{"status":"won"})"), octanist(R"({"status":"nope"})"), octanist(R"({"first_name":"A"})")}) {
    EXPECT_EQ(merged(by, {set, alone}), R"(1 {"id":"x","value":1})") << alone;
    EXPECT_EQ(merged(by, {alone, set}), "0 ") << alone;
  }
  EXPECT_EQ(merged(plan_of("orwel"), {event(R"({"properties":{"a":null}})"), event(R"({"properties":{"a":1}})")}), "0 ");
}

TEST(merge, request_says_whether_it_is_always_alone) {
  const plan by = plan_of("octanist");
  const auto is_alone = [&](const std::string& text) { return by.build(change_of(text))->is_alone; };
  EXPECT_FALSE(is_alone(octanist(R"({"value":1})")));
  for (const std::string& alone : {octanist(R"({"note":"x"})"), octanist(R"({"value":null})"), octanist(R"({"value":2,"status":null})"),
                                   octanist(R"({"value":2})", R"(,"native":{"status":"won"})")})
    EXPECT_TRUE(is_alone(alone)) << alone;
}

TEST(merge, a_null_that_becomes_an_empty_text_is_a_clear_too) {
  account_settings settings;
  settings.clear = clear_as::empty;
  EXPECT_EQ(merged(plan_of("orwel", settings), {event(R"({"properties":{"a":1}})"), event(R"({"company_id":null})")}),
            R"(1 {"properties":{"a":1}})");
}

TEST(merge, what_the_account_ignores_ends_the_run) {
  account_settings settings;
  settings.ignore = {"first_name"};
  EXPECT_EQ(
      merged(plan_of("octanist", settings), {octanist(R"({"value":1})"), octanist(R"({"first_name":"A"})"), octanist(R"({"value":2})")}),
      R"(1 {"id":"x","value":1})");
}

TEST(merge, changes_of_other_leads_or_named_otherwise_go_apart) {
  EXPECT_EQ(merged(plan_of("octanist"), {octanist(R"({"value":1})"), R"({"lead":{"id":"y"},"changes":{"value":2}})"}),
            R"(1 {"id":"x","value":1})");
  EXPECT_EQ(merged(plan_of("octanist"), {octanist(R"({"value":1})"), R"({"lead":{"id":"x","email":"a@b.example"},"changes":{"value":2}})"}),
            R"(1 {"id":"x","value":1})");
}

TEST(merge, fields_that_need_one_another_go_apart_where_they_would_disagree) {
  EXPECT_EQ(merged(plan_of("octanist"), {octanist(R"({"status":"lost","loss_reason":"price"})"), octanist(R"({"status":"won"})")}),
            R"(1 {"id":"x","status":"lost","lossReason":"price"})");
  EXPECT_EQ(merged(plan_of("octanist"), {octanist(R"({"status":"lost","loss_reason":"price"})"), octanist(R"({"value":3})")}),
            R"(2 {"id":"x","status":"lost","value":3,"lossReason":"price"})");
}

TEST(merge, a_request_that_replaces_the_lead_is_the_last_one) {
  const plan by = plan_of("leadping");
  const auto change = [](const char* changes, const char* snapshot) {
    return event(changes, std::string(R"(,"snapshot":)") + snapshot, "x");
  };
  const std::string first = change(R"({"first_name":"A"})", R"({"first_name":"A","last_name":"B","phone":{"number":"2925655632"}})");
  const std::string last = change(R"({"last_name":"C"})", R"({"first_name":"Z","last_name":"C","phone":{"number":"2925655632"}})");
  const auto alone = by.build(change_of(last));
  ASSERT_TRUE(alone) << alone.error().detail;
  EXPECT_EQ(merged(by, {first, last}), "2 " + alone->body);
}

/// A provider that sets what a body says, and an object as a whole or member by member.
void apply(json::document& lead, const std::string& body, bool member_by_member) {
  const auto sent = json::parse(body);
  const auto set = [&](auto&& self, json::value& to, const json::value& from) -> void {
    for (const auto& member : from.GetObject()) {
      const std::string_view name = json::text(member.name);
      if (!to.HasMember(member.name))
        to.AddMember(json::value(name.data(), static_cast<rapidjson::SizeType>(name.size()), lead.GetAllocator()), json::value(),
                     lead.GetAllocator());
      json::value& there = to[member.name];
      if (member_by_member && there.IsObject() && member.value.IsObject()) {
        self(self, there, member.value);
      } else {
        json::document copy(&lead.GetAllocator());  // CopyFrom would leave texts where they are
        copy.Parse(json::serialize(member.value));
        there = copy.Move();
      }
    }
  };
  set(set, lead, *sent);
}

/// Objects, arrays and numbers under the same names; a tenth are nulls.
std::string random_value(std::mt19937& random, int depth) {
  const auto number = std::to_string(random() % 100);
  if (random() % 10 == 0) return "null";
  if (random() % 8 == 0) return "[" + number + "]";
  if (depth == 0 || random() % 3 > 0) return number;
  std::string members;
  for (const char* name : {"a", "b"})
    if (random() % 5 > 0) members += (members.empty() ? "\"" : ",\"") + std::string(name) + "\":" + random_value(random, depth - 1);
  return "{" + members + "}";
}

std::string random_orwel_change(std::mt19937& random) {
  const auto below = [&](unsigned most) { return random() % most; };
  std::string out;
  for (const char* field : {"properties", "location", "summary"}) {
    if (below(3) > 0) continue;
    std::string members;
    for (const char* name : {"a", "b", "c"})
      if (below(4) > 0) members += (members.empty() ? "\"" : ",\"") + std::string(name) + "\":" + random_value(random, 2);
    out += (out.empty() ? "\"" : ",\"") + std::string(field) + "\":{" + members + "}";
  }
  if (out.empty()) out = R"("company_id":"550e8400-e29b-41d4-a716-4466554400)" + std::to_string(10 + below(90)) + "\"";
  return event("{" + out + "}");
}

std::string random_octanist_change(std::mt19937& random) {
  const std::string number = std::to_string(random() % 100);
  const std::vector<std::string> all{R"({"value":)" + number + "}",
                                     R"({"status":"won"})",
                                     R"({"status":"lost","loss_reason":"r)" + number + "\"}",
                                     R"({"value":)" + number + R"(,"status":"qualified"})",
                                     R"({"value":)" + number + R"(,"note":"n"})",
                                     R"({"value":null})"};
  return octanist(all[random() % all.size()]);
}

/// A lead that has been changed before.
void fill(json::document& lead) {
  lead.Parse(
      R"({"properties":{"a":{"a":{"a":1,"x":2},"x":3},"b":[4],"x":5},"location":{"a":6,"c":{"b":7,"x":8}},"status":"new","value":9})");
}

/// How many changes went together, by provider and size, where all of them left the lead as one after another does.
std::map<std::size_t, int> merge_at_random(const plan& by, std::string (*random_change)(std::mt19937&)) {
  std::mt19937 random(7);
  std::map<std::size_t, int> sizes;
  for (int round = 0; round < 4000; ++round) {
    json::document apart[2], together[2];
    for (auto* each : {apart, together})
      for (int way = 0; way < 2; ++way) fill(each[way]);
    merger made(by);
    for (int count = 0; count < 8; ++count) {
      const events::lead_change next = change_of(random_change(random));
      if (!made.add(next)) break;
      for (int way = 0; way < 2; ++way) apply(apart[way], by.build(next)->body, way == 1);
    }
    ++sizes[made.size()];
    if (made.size() == 0) continue;
    for (int way = 0; way < 2; ++way) {
      apply(together[way], made.build().body, way == 1);
      EXPECT_EQ(together[way], apart[way]) << json::serialize(together[way]) << "\n" << json::serialize(apart[way]);
    }
  }
  return sizes;
}

TEST(merge, any_changes_together_leave_the_lead_as_one_after_another) {
  auto of_orwel = merge_at_random(plan_of("orwel"), random_orwel_change);
  auto of_octanist = merge_at_random(plan_of("octanist"), random_octanist_change);
  for (auto* sizes : {&of_orwel, &of_octanist}) {
    EXPECT_GT((*sizes)[2], 200);
    EXPECT_GT((*sizes)[3], 50);
  }
}

}  // namespace
}  // namespace leadrelay::providers
