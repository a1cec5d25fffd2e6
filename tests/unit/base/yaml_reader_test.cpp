#include "base/yaml_reader.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadrelay::yaml {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A file in memory and what was found in it.
class yaml_reader : public testing::Test {
 protected:
  reader open(const std::string& text) {
    auto node = parse(text, file_, found_);
    EXPECT_TRUE(node.has_value());
    return {node.value_or(YAML::Node()), "", file_, found_};
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const issue& each : found_.all()) out.push_back(each.text());
    return out;
  }

  const std::string file_ = "a.yaml";
  issues found_;
};

TEST_F(yaml_reader, values_of_every_kind_are_read) {
  const reader root = open("{t: word, n: 007, b: true, i: -5, d: 1.5e3, w: 15m, s: 16MiB, l: [a, b]}");
  EXPECT_EQ(root.get("t")->text(), "word");
  EXPECT_EQ(root.get("n")->text(), "007");
  EXPECT_EQ(root.get("b")->boolean(), true);
  EXPECT_EQ(root.get("i")->integer(-5, 5), -5);
  EXPECT_EQ(root.get("d")->number(0, 2000), 1500);
  EXPECT_EQ(root.get("w")->time(1s, 1h), 15min);
  EXPECT_EQ(root.get("s")->bytes(1, 1 << 30), 16u << 20);
  EXPECT_THAT(root.get("l")->texts(), ElementsAre("a", "b"));
  EXPECT_TRUE(found_.good());
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(yaml_reader, wrong_kinds_are_issues_with_their_place_and_path) {
  const reader root = open("a:\n  b: [1]\n  c: {d: 1}\n");
  EXPECT_EQ(root.get("a")->get("b")->text(), std::nullopt);
  EXPECT_THAT(root.get("a")->get("c")->texts(), IsEmpty());
  EXPECT_EQ(root.get("a")->get("b")->expect_map(), false);
  EXPECT_THAT(texts(), ElementsAre("a.yaml:2:6: a.b: is a list, expected a text", "a.yaml:3:6: a.c: is a map, expected a list",
                                   "a.yaml:2:6: a.b: is a list, expected a map"));
  EXPECT_FALSE(found_.good());
}

TEST_F(yaml_reader, bad_values_are_issues) {
  const reader root = open("[yes, 5.0, 11, inf, nan, 1e999, 5, 5 s, -1s, 1h, 1.5MiB, 99999999999999999999, 17179869184GiB, 2, ~]");
  const auto item = [&](std::size_t index) { return reader(root.node()[index], "x", file_, found_); };
  EXPECT_EQ(item(0).boolean(), std::nullopt);
  for (const std::size_t index : {1u, 2u, 3u, 14u}) EXPECT_EQ(item(index).integer(0, 10), std::nullopt) << index;
  for (const std::size_t index : {3u, 4u, 5u, 0u}) EXPECT_EQ(item(index).number(0, 1e300), std::nullopt) << index;
  for (const std::size_t index : {6u, 7u, 8u, 9u}) EXPECT_EQ(item(index).time(1ms, 1min), std::nullopt) << index;
  for (const std::size_t index : {10u, 11u, 12u, 13u}) EXPECT_EQ(item(index).bytes(4, 1ull << 40), std::nullopt) << index;
  EXPECT_EQ(item(14).text(), std::nullopt);
  EXPECT_EQ(found_.all().size(), 18u);
  EXPECT_THAT(texts().back(), HasSubstr("is empty, expected a text"));
}

TEST_F(yaml_reader, unknown_keys_are_issues_that_name_the_nearest) {
  const reader root = open("first: 1\nsecnd: 2\nother: 3\n");
  EXPECT_FALSE(root.expect_keys({"first", "second"}));
  EXPECT_THAT(texts(), ElementsAre("a.yaml:2:1: secnd: unknown key, did you mean `second`?",
                                   "a.yaml:3:1: other: unknown key, expected first or second"));
}

TEST_F(yaml_reader, keys_that_stand_twice_or_are_no_text_are_issues) {
  const reader root = open("a: 1\nb: 2\na: 3\n[x]: 4\n");
  EXPECT_FALSE(root.expect_map());
  EXPECT_THAT(texts(), ElementsAre("a.yaml:3:1: a: stands twice, keep one", "a.yaml:4:1: ?: a key must be a single value"));
}

TEST_F(yaml_reader, missing_members_are_nothing_or_an_issue) {
  const reader root = open("a: {}\n");
  EXPECT_EQ(root.get("b"), std::nullopt);
  EXPECT_TRUE(found_.good());
  EXPECT_EQ(root.get("a")->require("b"), std::nullopt);
  EXPECT_THAT(texts(), ElementsAre("a.yaml:1:4: a: `b` is missing"));
}

TEST_F(yaml_reader, members_and_items_come_in_the_files_order_with_their_paths) {
  const reader root = open("z: [x, y]\na: 1\n");
  std::string seen;
  root.each_member([&](const std::string& key, const reader& key_node, const reader& value) {
    seen += key + "@" + std::to_string(key_node.node().Mark().line + 1) + "=" + value.path() + ";";
  });
  root.get("z")->each_item([&](std::size_t index, const reader& item) { seen += std::to_string(index) + "=" + item.path() + ";"; });
  EXPECT_EQ(seen, "z@1=z;a@2=a;0=z[0];1=z[1];");
}

TEST_F(yaml_reader, words_outside_the_list_are_issues) {
  const reader root = open("[set, Set, {}]");
  const auto item = [&](std::size_t index) { return reader(root.node()[index], "", file_, found_); };
  EXPECT_EQ(item(0).one_of({"append", "set"}), 1u);
  EXPECT_EQ(item(1).one_of({"append", "set"}), std::nullopt);
  EXPECT_EQ(item(2).one_of({"append", "set"}), std::nullopt);
  EXPECT_THAT(texts(), ElementsAre("a.yaml:1:7: expected append or set, did you mean `set`?", "a.yaml:1:12: expected append or set"));
}

TEST_F(yaml_reader, warnings_leave_a_file_good) {
  open("a: 1\n").get("a")->warn("a secret in plain sight");
  EXPECT_TRUE(found_.good());
  EXPECT_THAT(texts(), ElementsAre("a.yaml:1:4: warning: a: a secret in plain sight"));
}

TEST(yaml_parse, what_is_not_one_document_is_an_issue) {
  for (const char* text : {"", "# only a comment\n", "a: [1\n", "a: 1\n b: 2\n", "\t- a", "a: 1\n---\nb: 2\n", "*unknown", "a: \"\\q\"",
                           "{a: b: c}", "\x80"}) {
    issues found;
    const auto node = parse(text, "f", found);
    EXPECT_TRUE(!node || node->IsNull() || node->IsScalar()) << text;
    if (!node) {
      EXPECT_FALSE(found.good()) << text;
      EXPECT_GE(found.all().front().line, 1) << text;
    }
  }
}

TEST(yaml_parse, nesting_that_would_overflow_the_stack_is_an_issue) {
  issues found;
  EXPECT_EQ(parse(std::string(200'000, '['), "f", found), std::nullopt);
  EXPECT_FALSE(found.good());
}

TEST(format_duration, largest_unit_that_divides) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(500ms), "500ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(15min), "15m");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_duration(25h), "25h");
  EXPECT_EQ(format_duration(1ns), "1ns");
}

TEST(format_bytes, largest_unit_that_divides) {
  EXPECT_EQ(format_bytes(0), "0");
  EXPECT_EQ(format_bytes(1), "1B");
  EXPECT_EQ(format_bytes(1536), "1536B");
  EXPECT_EQ(format_bytes(16u << 20), "16MiB");
  EXPECT_EQ(format_bytes(3ull << 30), "3GiB");
}

}  // namespace
}  // namespace leadrelay::yaml
