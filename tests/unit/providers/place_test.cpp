#include "providers/place.hpp"

#include <gmock/gmock.h>

namespace leadrelay::providers {
namespace {

using testing::ElementsAre;

TEST(parse_place, names_are_taken_apart_and_unescaped) {
  EXPECT_THAT(parse_place("/a/b")->names, ElementsAre("a", "b"));
  EXPECT_THAT(parse_place("/a~1b/m~0n/~01")->names, ElementsAre("a/b", "m~n", "~1"));
  EXPECT_THAT(parse_place("/ /0")->names, ElementsAre(" ", "0"));
  EXPECT_TRUE(parse_place("")->names.empty());
}

TEST(parse_place, malformed_pointers_are_problems) {
  for (const std::string_view bad : {"a", "/", "//", "/a/", "/~", "/~2", "/a~/b", "#/a"}) {
    SCOPED_TRACE(bad);
    EXPECT_FALSE(parse_place(bad));
  }
  std::string deep;
  for (int i = 0; i < 32; ++i) deep += "/a";
  EXPECT_TRUE(parse_place(deep));
  EXPECT_FALSE(parse_place(deep + "/a"));
}

TEST(find_place, value_there_is_found_and_absence_is_null) {
  const auto body = json::parse(R"({"a": {"b/c": [10, {"d": null}]}, "0": 1})");
  ASSERT_TRUE(body);
  const auto at = [&](std::string_view pointer) {
    const json::value* found = find(*body, *parse_place(pointer));
    return found ? json::serialize(*found) : "nothing";
  };
  EXPECT_EQ(at("/a/b~1c/0"), "10");
  EXPECT_EQ(at("/a/b~1c/1/d"), "null");
  EXPECT_EQ(at("/0"), "1");
  EXPECT_EQ(at("/a/b~1c/2"), "nothing");
  EXPECT_EQ(at("/a/b~1c/00"), "nothing");
  EXPECT_EQ(at("/a/b~1c/-"), "nothing");
  EXPECT_EQ(at("/a/b~1c/99999999999999999999"), "nothing");
  EXPECT_EQ(at("/a/x"), "nothing");
  EXPECT_EQ(at("/0/x"), "nothing");
  EXPECT_EQ(at("/a/b~1c/1/d/e"), "nothing");
}

TEST(array_index, only_plain_digits_are_one) {
  EXPECT_EQ(array_index("0"), 0u);
  EXPECT_EQ(array_index("120"), 120u);
  for (const std::string_view bad : {"", "01", "-1", "+1", "1a", " 1", "1234567890"}) EXPECT_EQ(array_index(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace leadrelay::providers
