#include "cli/split_events.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadrelay::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(split_events, nothing_but_white_space_is_no_event) {
  EXPECT_THAT(split_events(""), IsEmpty());
  EXPECT_THAT(split_events(" \t\r\n\n"), IsEmpty());
}

TEST(split_events, one_value_is_one_event) {
  EXPECT_THAT(split_events(R"({"a": 1})"), ElementsAre(R"({"a": 1})"));
  EXPECT_THAT(split_events("\n {\n  \"a\": [\n1\n]\n}\n"), ElementsAre("{\n  \"a\": [\n1\n]\n}"));
  EXPECT_THAT(split_events("[1]"), ElementsAre("[1]"));
  EXPECT_THAT(split_events("null"), ElementsAre("null"));
}

TEST(split_events, one_a_line_is_one_each) {
  EXPECT_THAT(split_events("{\"a\":1}\r\n\r\n{\"a\":2}\n  {\"a\":3}"), ElementsAre(R"({"a":1})", R"({"a":2})", R"({"a":3})"));
}

TEST(split_events, values_of_many_lines_may_follow_one_another) {
  EXPECT_THAT(split_events("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n\n{\n  \"a\": 3\n}"),
              ElementsAre("{\n  \"a\": 1\n}", "{\n  \"a\": 2\n}", "{\n  \"a\": 3\n}"));
  EXPECT_THAT(split_events("{\n\"a\": 1\n}{\n\"a\": 2\n} {\"a\":3}"), ElementsAre("{\n\"a\": 1\n}", "{\n\"a\": 2\n}", R"({"a":3})"));
}

TEST(split_events, broken_line_spoils_no_other) {
  EXPECT_THAT(split_events("{\"a\":1}\nnot json\nnor this\n{\"a\":2}"), ElementsAre(R"({"a":1})", "not json", "nor this", R"({"a":2})"));
  EXPECT_THAT(split_events("{\"a\":\n{\"a\":2}\n{\"a\":3}"), ElementsAre("{\"a\":", R"({"a":2})", R"({"a":3})"));
  EXPECT_THAT(split_events("{\"a\": \"cut\n{\"a\":2}"), ElementsAre("{\"a\": \"cut", R"({"a":2})"));
  EXPECT_THAT(split_events("{\"a\":1\n  {\"a\":2}"), ElementsAre("{\"a\":1", R"({"a":2})"));
  EXPECT_THAT(split_events("}\n{\"a\":2}\n]"), ElementsAre("}", R"({"a":2})", "]"));
}

TEST(split_events, line_with_something_after_its_value_is_broken_as_a_whole) {
  EXPECT_THAT(split_events("{\"a\":1} more\n{\"a\":2}"), ElementsAre("{\"a\":1} more", R"({"a":2})"));
  EXPECT_THAT(split_events("{\"a\":1},\n{\"a\":2},"), ElementsAre("{\"a\":1},", "{\"a\":2},"));
  EXPECT_THAT(split_events("12 13\n14"), ElementsAre("12 13", "14"));
}

TEST(split_events, broken_value_of_many_lines_is_one_part) {
  EXPECT_THAT(split_events("{\n  \"a\": 1,\n  b\n}\n{\n  \"a\": 2\n}"), ElementsAre("{\n  \"a\": 1,\n  b\n}", "{\n  \"a\": 2\n}"));
  EXPECT_THAT(split_events("{\n  \"a\": [\n    {\"x\": 1},\n  ]\n}\n{\"a\":2}"),
              ElementsAre("{\n  \"a\": [\n    {\"x\": 1},\n  ]\n}", R"({"a":2})"));
  EXPECT_THAT(split_events("{\n  \"a\": 1\n\n{\n  \"a\": 2\n}"), ElementsAre("{\n  \"a\": 1", "{\n  \"a\": 2\n}"));
}

TEST(split_events, any_bytes_are_split_without_losing_one) {
  const std::string seed = "{\"a\": [1, \"x\\u00e4\"]}\n {\n\t\"b\": null\n}\nbroken \xff\r\n[[]]";
  for (std::size_t at = 0; at < seed.size(); ++at) {
    for (const char with : {'\0', '\n', '{', '}', '"', ' ', '\\', '\xff'}) {
      std::string text = seed;
      text[at] = with;
      std::string joined;
      for (const auto part : split_events(text)) {
        EXPECT_FALSE(part.empty());
        joined += part;
      }
      std::string wanted;
      for (const char c : text)
        if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) wanted += c;
      std::erase_if(joined, [](char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; });
      EXPECT_EQ(joined, wanted);
    }
  }
}

TEST(split_events, deep_and_long_texts_end_in_time) {
  EXPECT_EQ(split_events(std::string(1'000'000, '[')).size(), 1u);
  std::string unclosed;
  for (int i = 0; i < 100'000; ++i) unclosed += "{\"a\":\n";
  EXPECT_EQ(split_events(unclosed).size(), 100'000u);
  std::string indented = "{\n";
  for (int i = 0; i < 100'000; ++i) indented += " \"a\": {\n";
  EXPECT_EQ(split_events(indented).size(), 1u);
}

}  // namespace
}  // namespace leadrelay::cli
