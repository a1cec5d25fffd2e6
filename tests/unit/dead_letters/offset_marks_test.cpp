#include "dead_letters/offset_marks.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

namespace leadrelay::dead_letters {
namespace {

TEST(offset_marks, tells_the_mark_that_was_set_last_and_0_elsewhere) {
  std::mt19937_64 random(7);
  offset_marks tested;
  std::map<std::int64_t, std::uint16_t> truth;
  const std::vector<std::int64_t> spans{100, 70'000, 200'000, std::int64_t{1} << 40};
  for (int count = 0; count < 40'000; ++count) {
    const auto offset = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spans[random() % spans.size()]));
    const auto mark = static_cast<std::uint16_t>(1 + random() % 65'535);
    tested.set(offset, mark);
    truth[offset] = mark;
  }
  for (const auto& [offset, mark] : truth) ASSERT_EQ(tested.at(offset), mark) << offset;
  for (std::int64_t offset = 0; offset < 300'000; ++offset)
    ASSERT_EQ(tested.at(offset), truth.contains(offset) ? truth.at(offset) : 0) << offset;
}

TEST(offset_marks, a_block_that_becomes_dense_keeps_what_it_had) {
  offset_marks tested;
  for (std::int64_t offset = 0; offset < 65'536; ++offset) {
    tested.set(offset, static_cast<std::uint16_t>(offset | 1));
    ASSERT_EQ(tested.at(offset / 2), (offset / 2) | 1) << offset;
  }
  for (std::int64_t offset = 0; offset < 65'536; ++offset) ASSERT_EQ(tested.at(offset), offset | 1) << offset;
  EXPECT_EQ(tested.at(65'536), 0);
}

TEST(offset_marks, takes_the_largest_offset) {
  offset_marks tested;
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  tested.set(largest, 3);
  EXPECT_EQ(tested.at(largest), 3);
  EXPECT_EQ(tested.at(largest - 1), 0);
}

}  // namespace
}  // namespace leadrelay::dead_letters
