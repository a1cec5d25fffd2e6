#include "otlp/export_retry.hpp"

#include <gtest/gtest.h>

namespace leadrelay::otlp {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{1h};

export_decision after(unsigned status, int failures = 0, std::optional<duration> retry_after = {}, double random = 0) {
  return decide({.error = {}, .status = status, .retry_after = retry_after}, failures, start, start, random);
}

TEST(export_retry, answer_that_accepts_ends_it) {
  EXPECT_EQ(after(200).step, export_step::accepted);
  EXPECT_EQ(after(202).step, export_step::accepted);
}

TEST(export_retry, only_these_answers_may_go_again) {
  for (const unsigned status : {429u, 502u, 503u, 504u}) EXPECT_EQ(after(status).step, export_step::try_again) << status;
  for (const unsigned status : {301u, 400u, 401u, 403u, 404u, 408u, 413u, 500u, 501u})
    EXPECT_EQ(after(status).step, export_step::refused) << status;
}

TEST(export_retry, request_without_an_answer_goes_again) {
  for (const auto error :
       {delivery::transport_error::connect_failed, delivery::transport_error::connection_lost, delivery::transport_error::answer_timeout})
    EXPECT_EQ(decide({.error = error}, 0, start, start, 0).step, export_step::try_again);
}

TEST(export_retry, wait_doubles_up_to_half_a_minute_less_up_to_a_half) {
  EXPECT_EQ(after(503, 0).at - start, 1s);
  EXPECT_EQ(after(503, 1).at - start, 2s);
  EXPECT_EQ(after(503, 4).at - start, 16s);
  EXPECT_EQ(after(503, 5).at - start, 30s);
  EXPECT_EQ(after(503, 1000).at - start, 30s);
  EXPECT_EQ(after(503, 1, {}, 0.5).at - start, 1500ms);
}

TEST(export_retry, wait_that_the_receiver_asks_for_is_kept_to_five_minutes_at_most) {
  EXPECT_EQ(after(429, 0, 7s).at - start, 7s);
  EXPECT_EQ(after(429, 0, 0s).at - start, 0s);
  EXPECT_EQ(after(503, 0, 24h).at - start, 5min);
}

TEST(export_retry, batch_is_given_up_where_the_next_try_would_be_after_a_minute) {
  const auto last = [](duration age) { return decide({.error = {}, .status = 503}, 2, start, start + age, 0); };
  EXPECT_EQ(last(56s).step, export_step::try_again);
  EXPECT_EQ(last(57s).step, export_step::give_up);
  EXPECT_EQ(after(503, 0, 61s).step, export_step::give_up);
  EXPECT_EQ(after(503, 0, 61s).at - start, 61s) << "the next batch waits so long too";
}

}  // namespace
}  // namespace leadrelay::otlp
