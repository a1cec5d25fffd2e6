#include "delivery/limit_share.hpp"

#include <gtest/gtest.h>

namespace leadrelay::delivery {
namespace {

TEST(limit_share_test, shares_of_all_partitions_are_together_the_limit) {
  for (const int total : {1, 2, 3, 5, 7, 12, 512})
    for (const std::int64_t requests : {1, 12, 13, 50, 999, 2'147'483'647}) {
      std::int64_t together = 0;
      for (int each = 0; each < total; ++each) together += limit_share{{each}, total}.of(requests);
      EXPECT_EQ(together, requests) << total;
    }
}

TEST(limit_share_test, partitions_differ_by_one_request_at_most) {
  for (int each = 0; each < 7; ++each) {
    const std::int64_t share = limit_share{{}, 7}.of_partition(50, each);
    EXPECT_TRUE(share == 7 || share == 8) << share;
  }
}

TEST(limit_share_test, one_without_partitions_is_nothing) { EXPECT_EQ((limit_share{{}, 4}.of(100)), 0); }

}  // namespace
}  // namespace leadrelay::delivery
