#include <gtest/gtest.h>

#include "relay/metrics.hpp"

namespace leadrelay::relay {
namespace {

using namespace std::chrono_literals;

TEST(histogram, a_value_at_a_bound_falls_into_that_bucket) {
  histogram h;
  h.add(1ms);
  h.add(1001us);
  h.add(1h);
  EXPECT_EQ(h.counts()[0], 1u);
  EXPECT_EQ(h.counts()[1], 1u);
  EXPECT_EQ(h.counts().back(), 1u);
  EXPECT_EQ(h.count(), 3u);
  EXPECT_NEAR(h.sum_seconds(), 3600.002001, 1e-6);
}

TEST(histogram, quantiles_are_bucket_bounds) {
  histogram h;
  EXPECT_EQ(h.quantile(0.5), 0);
  for (int i = 0; i < 99; ++i) h.add(2ms);
  h.add(20s);
  EXPECT_EQ(h.quantile(0.5), 0.0025);
  EXPECT_EQ(h.quantile(0.98), 0.0025);
  EXPECT_EQ(h.quantile(0.99), 30);
}

TEST(account_metrics, adding_adds_every_part) {
  account_metrics a;
  a.taken = 1;
  a.dead_letters[2] = 3;
  a.verdicts[1] = 4;
  a.transport_errors[5] = 6;
  a.request_seconds.add(1s);
  a.delivery_seconds.add(2s);
  account_metrics b = a;
  b.add(a);
  EXPECT_EQ(b.taken, 2u);
  EXPECT_EQ(b.dead_letters[2], 6u);
  EXPECT_EQ(b.dead_lettered(), 6u);
  EXPECT_EQ(b.verdicts[1], 8u);
  EXPECT_EQ(b.transport_errors[5], 12u);
  EXPECT_EQ(b.request_seconds.count(), 2u);
  EXPECT_EQ(b.delivery_seconds.sum_seconds(), 4);
}

}  // namespace
}  // namespace leadrelay::relay
