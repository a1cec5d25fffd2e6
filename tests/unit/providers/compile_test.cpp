#include <gmock/gmock.h>

#include "providers/definition_parts.hpp"
#include "unit/providers/plain_definition.hpp"

namespace leadrelay::providers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(compile, plain_definition_takes_the_defaults) {
  const auto made = compiled(std::string(plain));
  ASSERT_TRUE(made);
  const definition::parts& parts = made->inside();
  EXPECT_EQ(made->name(), "acme");
  EXPECT_EQ(made->title(), "acme");
  EXPECT_EQ(made->base_url(), "https://api.acme.example");
  EXPECT_EQ(made->method(), "PATCH");
  EXPECT_EQ(made->auth().value, "{credential}");
  EXPECT_THAT(made->headers(), ElementsAre(testing::Pair("Content-Type", "application/json")));
  EXPECT_THAT(made->limits(), IsEmpty());
  EXPECT_FALSE(parts.replaces);
  EXPECT_FALSE(parts.repeatable);  // safety to repeat is said, never inferred
  EXPECT_EQ(parts.clear, clear_as::null);
  EXPECT_THAT(parts.identify_by, ElementsAre(by_id));
  EXPECT_FALSE(parts.told_limits);
  const field& note = parts.fields.at(1);
  EXPECT_EQ(note.rule.kinds, takes_string);
  EXPECT_EQ(note.required, required::no);
  EXPECT_FALSE(note.appends || note.sensitive || note.clear || note.only_with || note.rule.converts);
}

TEST(compile, path_is_taken_apart_into_text_and_identifiers) {
  const auto made = compiled(with("call:", "call: { method: POST, path: \"/a%20b/{id}/notes?by=api\" }"));
  ASSERT_TRUE(made);
  const auto& target = made->inside().target;
  ASSERT_EQ(target.size(), 2u);
  EXPECT_EQ(target[0].text, "/a%20b/");
  EXPECT_EQ(target[0].then, by_id);
  EXPECT_EQ(target[1].text, "/notes?by=api");
  EXPECT_EQ(target[1].then, no_identifier);
}

TEST(compile, query_that_ends_in_an_identifier_has_no_piece_after_it) {
  const auto made = compiled(with("call:", "call: { method: PATCH, path: \"/leads?id={id}\" }"));
  ASSERT_TRUE(made);
  ASSERT_EQ(made->inside().target.size(), 1u);
  EXPECT_EQ(made->inside().target[0].text, "/leads?id=");
  EXPECT_EQ(made->inside().target[0].then, by_id);
}

TEST(compile, auth_kinds_become_header_and_value) {
  const auto auth = [](std::string_view line) {
    const auto made = compiled(with("auth:", line));
    return made ? made->auth() : auth_scheme{};
  };
  EXPECT_EQ(auth("auth: { bearer: true }").header, "Authorization");
  EXPECT_EQ(auth("auth: { bearer: true }").value, "Bearer {credential}");
  EXPECT_EQ(auth("auth: { basic: true }").value, "Basic {credential}");
  EXPECT_TRUE(auth("auth: { basic: true }").basic);
  EXPECT_EQ(auth("auth: { header: Authorization, value: \"Zoho-oauthtoken {credential}\" }").value, "Zoho-oauthtoken {credential}");
  EXPECT_FALSE(auth("auth: { bearer: true }").basic);
}

TEST(compile, null_means_null_bare_and_quoted) {
  EXPECT_EQ(compiled(with("", "clear: null"))->inside().clear, clear_as::null);
  EXPECT_EQ(compiled(with("", "clear: 'null'"))->inside().clear, clear_as::null);
  EXPECT_EQ(compiled(with("", "clear: refuse"))->inside().clear, clear_as::refuse);
  EXPECT_EQ(compiled(with("", "writes: replace\nclear: omit"))->inside().clear, clear_as::omit);
  EXPECT_EQ(compiled(with("  note:", "  note: { to: /note, clear: null }"))->inside().fields[1].clear, clear_as::null);
}

TEST(compile, body_is_a_tree_in_the_order_of_the_file_with_identifiers_first) {
  const auto made = compiled(R"(name: acme
base_url: https://api.acme.example
call: { method: PATCH, path: "/leads/{id}" }
auth: { bearer: true }
lead: { to: { id: "/items/0/id" } }
fields:
  b: { to: /items/1/b }
  a: { to: /items/0/a }
  c: { to: /items/0/x~1y~0z/c }
native:
  /items/0/x~1y~0z/d: {}
open: [/items/0/x~1y~0z]
)");
  ASSERT_TRUE(made);
  const definition::parts& parts = made->inside();
  ASSERT_EQ(parts.body.children.size(), 1u);
  const body_node& items = parts.body.children[0];
  EXPECT_EQ(items.quoted_name, "\"items\":");
  EXPECT_TRUE(items.is_array);
  ASSERT_EQ(items.children.size(), 2u);
  const body_node& first = items.children[0];
  EXPECT_EQ(first.quoted_name, "");
  ASSERT_EQ(first.children.size(), 3u);
  EXPECT_EQ(first.children[0].holds, by_id);
  EXPECT_EQ(first.children[1].quoted_name, "\"a\":");
  EXPECT_EQ(first.children[2].name, "x/y~z");
  EXPECT_TRUE(first.children[2].open);
  EXPECT_EQ(first.children[2].leaf, -1);
  EXPECT_EQ(parts.leaves, 5);
  EXPECT_EQ(first.children[0].leaf, 0);
  EXPECT_EQ(items.children[1].children[0].leaf, 4);
  std::vector<int> leaves;
  for (const field& one : parts.fields) leaves.push_back(one.leaf);
  EXPECT_THAT(leaves, ElementsAre(4, 1, 2, 3));
  EXPECT_EQ(parts.fields[3].canonical, "");
}

TEST(compile, fields_of_one_pointer_share_a_leaf) {
  const auto made = compiled(with("  note:", "  address: { to: /a/line }\n  address.line: { to: /a/line }"));
  ASSERT_TRUE(made);
  const definition::parts& parts = made->inside();
  EXPECT_EQ(parts.leaves, 2);
  EXPECT_EQ(parts.fields[1].leaf, parts.fields[2].leaf);
  EXPECT_EQ(parts.body.children[1].children[0].field, 1);
  ASSERT_EQ(parts.vocabulary.children.size(), 2u);
  EXPECT_EQ(parts.vocabulary.children[0].name, "address");
  EXPECT_EQ(parts.vocabulary.children[0].field, 1);
  EXPECT_EQ(parts.vocabulary.children[0].children[0].field, 2);
}

TEST(compile, identifier_may_share_its_place_with_a_field) {
  const auto made = compiled(with("lead:", "lead: { to: { id: /note } }"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->inside().body.children[0].holds, by_id);
  EXPECT_EQ(made->inside().body.children[0].field, 1);
  EXPECT_EQ(made->inside().body.children[0].leaf, made->inside().fields[1].leaf);
}

TEST(compile, vocabulary_is_sorted_by_name) {
  const auto made = compiled(with("  note:", "  z.b: { to: /zb }\n  a: { to: /a }\n  z.a: { to: /za }"));
  ASSERT_TRUE(made);
  const auto& names = made->inside().vocabulary.children;
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[0].name, "a");
  EXPECT_EQ(names[1].name, "status");
  EXPECT_EQ(names[2].name, "z");
  EXPECT_EQ(names[2].field, -1);
  EXPECT_EQ(names[2].children[0].name, "a");
  EXPECT_EQ(names[2].children[1].name, "b");
}

TEST(compile, value_rules_are_read) {
  const auto rule = [](std::string_view keys) {
    const auto made = compiled(with("  note:", "  note: { to: /note, " + std::string(keys) + " }"));
    return made ? made->inside().fields.at(1).rule : value_rule{};
  };
  EXPECT_EQ(rule("type: [number, numeric_string]").kinds, unsigned{takes_number | takes_numeric_string});
  EXPECT_TRUE(rule("type: integer").whole_number);
  EXPECT_EQ(rule("type: integer").kinds, takes_number);
  EXPECT_EQ(rule("characters: 1..50").least_characters, 1u);
  EXPECT_EQ(rule("characters: 1..50").most_characters, 50u);
  EXPECT_EQ(rule("characters: ..255").least_characters, std::nullopt);
  EXPECT_EQ(rule("characters: 3..").most_characters, std::nullopt);
  EXPECT_EQ(rule("type: number, range: -0.5..1e3").least, -0.5);
  EXPECT_EQ(rule("type: number, range: -0.5..1e3").most, 1000.0);
  EXPECT_EQ(rule("json_bytes: 2KiB").most_json_bytes, 2048u);
  EXPECT_EQ(rule("format: date_time").format, text_format::date_time);
  EXPECT_EQ(rule("format: email").format, text_format::email);
  EXPECT_EQ(rule("type: list, items: pair_of_strings").elements, element_rule::pair_of_strings);
  EXPECT_EQ(rule("type: object, values: string").elements, element_rule::string);
  EXPECT_TRUE(rule("convert: true").converts);
}

TEST(compile, join_has_a_separator_of_its_own_or_a_comma) {
  const auto joined = [](std::string_view keys) { return compiled(with("  note:", "  note: { to: /note, " + std::string(keys) + " }")); };
  EXPECT_EQ(joined("join: [a, b]")->inside().fields[1].separator, ", ");
  EXPECT_EQ(joined("join: [a, b], separator: \"; \"")->inside().fields[1].separator, "; ");
  EXPECT_THAT(joined("join: [a, b]")->inside().fields[1].join, ElementsAre("a", "b"));
}

TEST(compile, only_with_may_name_a_field_after_it) {
  const auto made = compiled(with("  status:", "  reason: { to: /reason, only_with: { status: lost } }\n  status: { to: /status }"));
  ASSERT_TRUE(made);
  ASSERT_TRUE(made->inside().fields[0].only_with);
  EXPECT_EQ(made->inside().fields[0].only_with->field, 1);
  EXPECT_EQ(made->inside().fields[0].only_with->value, "lost");
}

TEST(compile, conditions_on_answers_become_compact_json) {
  const auto made = compiled(with("", R"(answers:
  rules:
    - { where: { /a: false, /b/0: 1.50, /c: text, /d: "1", /e: null }, verdict: rejected })"));
  ASSERT_TRUE(made);
  const answer_rule& rule = made->inside().answers.at(0);
  EXPECT_EQ(rule.first_status, 100u);
  EXPECT_EQ(rule.last_status, 599u);
  std::vector<std::string> texts;
  for (const answer_condition& one : rule.where) texts.push_back(one.at.pointer + " " + one.equals);
  EXPECT_THAT(texts, ElementsAre("/a false", "/b/0 1.5", "/c \"text\"", "/d \"1\"", "/e null"));
}

TEST(compile, limits_at_their_ends_are_taken) {
  const auto made = compiled(with("", "limits: [ { requests: 1, per: 1ms }, { requests: 1000000, per: 31d } ]"));
  ASSERT_TRUE(made);
  EXPECT_THAT(made->limits(), ElementsAre(limit{1, std::chrono::milliseconds{1}}, limit{1'000'000, std::chrono::days{31}}));
}

}  // namespace
}  // namespace leadrelay::providers
