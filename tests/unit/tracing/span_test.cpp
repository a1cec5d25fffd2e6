#include "tracing/span.hpp"

#include <random>

#include <gtest/gtest.h>

namespace leadrelay::tracing {
namespace {

trace_context parent(std::uint8_t flags) { return {.trace = {1, 2}, .parent = 3, .flags = flags, .state = {}}; }

TEST(sampling, follows_the_parent_where_there_is_one) {
  const sampling none{.ratio = 0};
  const sampling all{.ratio = 1};
  EXPECT_TRUE(is_sampled(none, parent(sampled_flag), {1, 2}));
  EXPECT_FALSE(is_sampled(all, parent(random_flag), {1, 2}));
  EXPECT_FALSE(is_sampled(none, std::nullopt, {1, 2}));
  EXPECT_TRUE(is_sampled(all, std::nullopt, {1, 0}));
}

TEST(sampling, does_not_follow_the_parent_where_it_is_told_not_to) {
  EXPECT_FALSE(is_sampled({.ratio = 0, .parent_based = false}, parent(sampled_flag), {1, 2}));
  EXPECT_TRUE(is_sampled({.ratio = 1, .parent_based = false}, parent(0), {1, 2}));
}

TEST(sampling, goes_by_the_last_56_bits_of_the_id) {
  const sampling half{.ratio = 0.5};
  EXPECT_FALSE(is_sampled(half, std::nullopt, {~0ull, 0xFF7FFFFFFFFFFFFFull}));
  EXPECT_TRUE(is_sampled(half, std::nullopt, {0, 0x0080000000000000ull}));
  EXPECT_FALSE(is_sampled({.ratio = 0}, std::nullopt, {~0ull, ~0ull}));
}

TEST(sampling, records_its_share_of_random_ids) {
  std::mt19937_64 random(7);
  int recorded = 0;
  for (int count = 0; count < 100'000; ++count) recorded += is_sampled({.ratio = 0.1}, std::nullopt, {random(), random()});
  EXPECT_NEAR(recorded, 10'000, 400);
}

TEST(span, takes_128_links_and_counts_the_rest) {
  span one;
  for (std::uint64_t number = 1; number <= 130; ++number) one.add_link({{1, 2}, number, 0});
  EXPECT_EQ(one.links.size(), 128u);
  EXPECT_EQ(one.links.back().span, 128u);
  EXPECT_EQ(one.dropped_links, 2u);
}

}  // namespace
}  // namespace leadrelay::tracing
