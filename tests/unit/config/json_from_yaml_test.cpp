#include "config/json_from_yaml.hpp"

#include <gtest/gtest.h>

namespace leadrelay::config {
namespace {

std::string json_of(const std::string& text) {
  yaml::issues issues;
  const std::string file = "f";
  const yaml::reader at(YAML::Load(text), "x", file, issues);
  const auto made = json_from_yaml(at);
  if (made) return json::serialize(*made);
  return issues.all().empty() ? "silent" : issues.all()[0].text();
}

TEST(json_from_yaml, plain_scalars_are_what_json_calls_them) {
  EXPECT_EQ(json_of("true"), "true");
  EXPECT_EQ(json_of("null"), "null");
  EXPECT_EQ(json_of("~"), "null");
  EXPECT_EQ(json_of("42"), "42");
  EXPECT_EQ(json_of("-1.5e3"), "-1500.0");
}

TEST(json_from_yaml, everything_else_stays_a_text) {
  for (const char* text : {"004877852", "2026-11-21", "yes", "True", "0x10", "1e999", "+1", ".5", "Firm", "1 2"})
    EXPECT_EQ(json_of(text), '"' + std::string(text) + '"');
  EXPECT_EQ(json_of("\"42\""), R"("42")");
  EXPECT_EQ(json_of("'true'"), R"("true")");
  EXPECT_EQ(json_of("\"\""), R"("")");
}

TEST(json_from_yaml, maps_and_lists_keep_their_order) { EXPECT_EQ(json_of("{b: [1, {c: d}], a: {}}"), R"({"b":[1,{"c":"d"}],"a":{}})"); }

TEST(json_from_yaml, key_that_stands_twice_or_is_no_text_is_told) {
  EXPECT_EQ(json_of("{a: 1, a: 2}"), "f:1:8: x.a: stands twice, keep one");
  EXPECT_EQ(json_of("{[a]: 1}"), "f:1:2: x.?: a key must be a single value");
}

TEST(json_from_yaml, too_deep_or_large_is_told) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_EQ(json_of(nested(64)), nested(64));
  EXPECT_NE(json_of(nested(66)).find("nested too deep or too large"), std::string::npos);
  std::string large = "[";
  for (int i = 0; i < 10'000; ++i) large += "1,";
  EXPECT_NE(json_of(large + "1]").find("nested too deep or too large"), std::string::npos);
}

}  // namespace
}  // namespace leadrelay::config
