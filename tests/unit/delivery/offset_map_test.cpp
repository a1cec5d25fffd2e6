#include "delivery/offset_map.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

void expect_back(const offset_map& map, std::int64_t committed) {
  const std::string text = encode(map, committed);
  ASSERT_LE(text.size(), most_metadata_bytes);
  for (const char c : text) ASSERT_TRUE(c > 0x20 && c < 0x7F) << int(c);
  EXPECT_EQ(decode_offset_map(text, committed), map);
}

TEST(offset_map_test, empty_map_is_no_text) {
  EXPECT_EQ(encode({}, 5), "");
  EXPECT_FALSE(decode_offset_map("", 5));
}

TEST(offset_map_test, written_map_stays_readable_by_later_versions) {
  EXPECT_EQ(encode({.writer = 300, .settled = {{12, 14}, {20, 400}}, .started = {15, 17}}, 10), "lr1.292kiKwCAgUCAAIDBf0C");
}

TEST(offset_map_test, maps_come_back) {
  expect_back({.writer = 0, .settled = {{1, 1}}, .started = {}}, 0);
  expect_back({.writer = 0, .settled = {}, .started = {0}}, 0);
  expect_back({.writer = 0xFFFFFFFFu, .settled = {{12, 14}, {20, 400}}, .started = {10, 15, 17}}, 10);
  expect_back({.writer = 0, .settled = {{std::int64_t{1} << 40, std::int64_t{1} << 41}}, .started = {std::int64_t{1} << 39}}, 77);
  const std::int64_t last = std::numeric_limits<std::int64_t>::max();
  expect_back({.writer = 0, .settled = {{last - 5, last - 1}}, .started = {last - 6}}, last - 10);
}

TEST(offset_map_test, dense_patterns_take_bits_where_runs_would_not_fit) {
  offset_map map;
  for (std::int64_t offset = 1; offset < 20'000; offset += 2) map.settled.push_back({offset, offset});
  expect_back(map, 0);
}

TEST(offset_map_test, ranges_beyond_what_fits_are_left_out_and_never_one_too_many) {
  offset_map map;
  for (std::int64_t offset = 1; offset < 2'000'000; offset += 300) map.settled.push_back({offset, offset});
  const std::string text = encode(map, 0);
  EXPECT_LE(text.size(), most_metadata_bytes);
  const auto back = decode_offset_map(text, 0);
  ASSERT_TRUE(back);
  ASSERT_GT(back->settled.size(), 900u);
  ASSERT_LT(back->settled.size(), map.settled.size());
  for (std::size_t index = 0; index < back->settled.size(); ++index) ASSERT_EQ(back->settled[index], map.settled[index]);
}

TEST(offset_map_test, map_is_of_its_commit_alone) {
  const std::string text = encode({.writer = 0, .settled = {{12, 14}}, .started = {}}, 10);
  EXPECT_TRUE(decode_offset_map(text, 10));
  EXPECT_FALSE(decode_offset_map(text, 9));
  EXPECT_FALSE(decode_offset_map(text, 12));
  EXPECT_FALSE(decode_offset_map(text, -1));
}

TEST(offset_map_test, every_changed_character_is_noticed) {
  const std::string text = encode({.writer = 0, .settled = {{12, 14}, {20, 400}}, .started = {15, 17}}, 10);
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char other : {'A', 'B', '/', '=', ' ', '\xFF'}) {
      std::string changed = text;
      if (changed[at] == other) continue;
      changed[at] = other;
      EXPECT_FALSE(decode_offset_map(changed, 10)) << changed;
    }
}

TEST(offset_map_test, random_maps_come_back) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    dice random(seed);
    const std::int64_t committed = random.between(0, std::int64_t{1} << 40);
    offset_map map;
    std::int64_t at = committed;
    for (int count = static_cast<int>(random.between(0, 300)); count > 0; --count) {
      const std::int64_t first = at + 1 + (random.once_in(9) ? random.between(0, 100'000) : random.between(0, 5));
      const std::int64_t last = first + (random.once_in(9) ? random.between(0, 100'000) : random.between(0, 5));
      if (random.once_in(4) && map.started.size() < most_started) map.started.push_back(first - 1);
      map.settled.push_back({first, last});
      at = last + 1;
    }
    if (!map.empty()) expect_back(map, committed);
  }
}

}  // namespace
}  // namespace leadrelay::delivery
