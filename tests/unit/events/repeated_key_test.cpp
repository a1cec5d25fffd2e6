#include "events/repeated_key.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace leadrelay::events {
namespace {

std::optional<std::string> repeated(const std::string& text) {
  const auto parsed = json::parse(text);
  EXPECT_TRUE(parsed.has_value());
  return find_repeated_key(*parsed);
}

TEST(find_repeated_key, keys_that_stand_once_are_fine) {
  for (const char* text : {"{}", "[]", "1", R"({"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]})", R"({"a":1,"A":2,"a ":3,"a\u0000":4})"})
    EXPECT_EQ(repeated(text), std::nullopt) << text;
}

TEST(find_repeated_key, path_of_the_second_is_named) {
  EXPECT_EQ(repeated(R"({"a":1,"b":2,"a":1})"), "a");
  EXPECT_EQ(repeated(R"({"a":1,"\u0061":1})"), "a");
  EXPECT_EQ(repeated(R"({"":1,"":1})"), "");
  EXPECT_EQ(repeated(R"({"x":{"y":{"a":1,"a":1}}})"), "x.y.a");
  EXPECT_EQ(repeated(R"({"x":[0,[{"a":1,"a":1}]]})"), "x[1][0].a");
  EXPECT_EQ(repeated(R"({"a\n":1,"a\n":1})"), "a\\x0A");
}

TEST(find_repeated_key, many_keys_are_searched_in_reasonable_time) {
  std::string text = "{\"k0\":0";
  for (int key = 1; key < 100'000; ++key) text += ",\"k" + std::to_string(key) + "\":0";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(repeated(text + "}"), std::nullopt);
  EXPECT_EQ(repeated(text + ",\"k77\":0}"), "k77");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
}

}  // namespace
}  // namespace leadrelay::events
