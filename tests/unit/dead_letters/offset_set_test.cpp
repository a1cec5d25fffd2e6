#include "dead_letters/offset_set.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

namespace leadrelay::dead_letters {
namespace {

TEST(offset_set, holds_what_was_put_in_and_nothing_else) {
  std::mt19937_64 random(7);
  offset_set tested;
  std::set<std::int64_t> truth;
  const std::vector<std::int64_t> spans{100, 70'000, 200'000, std::int64_t{1} << 40};
  for (int count = 0; count < 40'000; ++count) {
    const std::int64_t offset = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spans[random() % spans.size()]));
    tested.insert(offset);
    truth.insert(offset);
  }
  EXPECT_EQ(tested.size(), truth.size());
  for (const std::int64_t each : truth) ASSERT_TRUE(tested.contains(each)) << each;
  for (int count = 0; count < 40'000; ++count) {
    const auto offset = static_cast<std::int64_t>(random() % 300'000);
    ASSERT_EQ(tested.contains(offset), truth.contains(offset)) << offset;
  }
}

TEST(offset_set, a_block_that_becomes_dense_keeps_what_it_had) {
  offset_set tested;
  for (std::int64_t offset = 65'535; offset >= 0; offset -= 2) tested.insert(offset);
  for (std::int64_t offset = 0; offset < 65'536; ++offset) ASSERT_EQ(tested.contains(offset), offset % 2 == 1) << offset;
  EXPECT_EQ(tested.size(), 32'768u);
}

TEST(offset_set, takes_the_largest_offset) {
  offset_set tested;
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(tested.contains(largest));
  tested.insert(largest);
  EXPECT_TRUE(tested.contains(largest));
  EXPECT_FALSE(tested.contains(largest - 1));
}

}  // namespace
}  // namespace leadrelay::dead_letters
