#include "events/record.hpp"

#include <gtest/gtest.h>

namespace leadrelay::events {
namespace {

TEST(copy_record, bytes_are_the_records_own) {
  std::string key = "k", value = "some value", name = "n", text = "t";
  const record copy = copy_record(key, value, {{name, text}, {"empty", ""}, {"none", std::nullopt}});
  key = value = name = text = "overwritten";
  EXPECT_EQ(copy.key, "k");
  EXPECT_EQ(copy.value, "some value");
  ASSERT_EQ(copy.headers.size(), 3u);
  EXPECT_EQ(copy.headers[0].name, "n");
  EXPECT_EQ(copy.headers[0].value, "t");
  EXPECT_EQ(copy.headers[1].value, "");
  EXPECT_EQ(copy.headers[2].value, std::nullopt);
  EXPECT_EQ(copy.size, 1u + 10 + 2 + 5 + 4);
  EXPECT_GT(copy.held_bytes(), copy.size);
}

TEST(copy_record, absent_and_empty_differ) {
  const record absent = copy_record(std::nullopt, std::nullopt, {});
  EXPECT_EQ(absent.key, std::nullopt);
  EXPECT_EQ(absent.value, std::nullopt);
  EXPECT_EQ(absent.size, 0u);
  const record empty = copy_record("", "", {});
  EXPECT_EQ(empty.key, "");
  EXPECT_EQ(empty.value, "");
}

TEST(copy_record, survives_moving) {
  record from = copy_record("key", "value", {{"a", "b"}});
  const record to = std::move(from);
  EXPECT_EQ(to.key, "key");
  EXPECT_EQ(to.value, "value");
  EXPECT_EQ(to.header_value("A"), "b");
}

TEST(header_value, last_of_that_name_counts_without_case) {
  const record from = copy_record("", "", {{"Content-Type", "a"}, {"other", "x"}, {"content-type", "b"}, {"none", std::nullopt}});
  EXPECT_EQ(from.header_value("CONTENT-TYPE"), "b");
  EXPECT_EQ(from.header_value("missing"), std::nullopt);
  EXPECT_EQ(from.header_value("none"), std::nullopt);
}

}  // namespace
}  // namespace leadrelay::events
