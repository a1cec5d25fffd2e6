#include <algorithm>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/gate.hpp"
#include "unit/delivery/moments.hpp"
#include "unit/delivery/printing.hpp"

// The gate with what it learns from the ends of requests: its breaker, its budget of retries, its concurrency.
namespace leadrelay::delivery {
namespace {

using providers::verdict;

breaker::finding end_one(gate& of, const admission& through, verdict is, unsigned status, std::uint64_t change, time_point now) {
  const auto found = of.judge({.of = through, .is = is, .status = status, .sent = through.at, .change = change}, now, 0);
  of.leave();
  return found;
}

/// One request, answered after a millisecond.
breaker::finding one_request(gate& of, verdict is, unsigned status, std::uint64_t change, time_point now, try_kind kind = try_kind::first) {
  const auto through = of.admit(now, kind);
  EXPECT_TRUE(through);
  if (!through) return {};
  of.send(now);
  return end_one(of, *through, is, status, change, now + milliseconds{1});
}

gate failed_gate() {
  gate of(16, {}, 16);
  for (std::uint64_t change = 1; change <= 5; ++change) one_request(of, verdict::retry, 500, change, start);
  return of;
}

TEST(gate_breaker_test, open_breaker_lets_nothing_leave_before_its_pause_is_over) {
  gate of = failed_gate();
  EXPECT_EQ(of.state(start + milliseconds{1}), gate_state::breaker_open);
  EXPECT_EQ(of.ask_again_at(start + milliseconds{1}), std::optional{start + milliseconds{1001}});
  EXPECT_FALSE(of.admit(start + milliseconds{1000}));
  EXPECT_TRUE(of.admit(start + milliseconds{1001}));
}

TEST(gate_breaker_test, half_open_breaker_lets_one_at_a_time_through_until_three_have_succeeded) {
  gate of = failed_gate();
  const time_point now = start + seconds{2};
  for (std::uint64_t change = 11; change <= 13; ++change) {
    const auto through = of.admit(now);
    ASSERT_TRUE(through);
    of.send(now);
    EXPECT_FALSE(of.admit(now + hours{1}));
    EXPECT_EQ(of.state(now + hours{1}), gate_state::breaker_open);
    EXPECT_EQ(of.ask_again_at(now), std::nullopt) << "only its end can change the answer";
    end_one(of, *through, verdict::delivered, 200, change, now);
  }
  EXPECT_EQ(of.state(now), gate_state::flowing);
  EXPECT_EQ(of.breaker_now(now), breaker_state::closed);
}

TEST(gate_breaker_test, no_probe_while_what_left_before_is_in_flight) {
  gate of(16, {}, 16);
  const auto slow = of.admit(start);
  of.send(start);
  for (std::uint64_t change = 1; change <= 5; ++change) one_request(of, verdict::retry, 500, change, start);
  EXPECT_FALSE(of.admit(start + seconds{10}));
  EXPECT_FALSE(end_one(of, *slow, verdict::retry, 500, 9, start + seconds{10}).forgiven) << "it was no probe";
  EXPECT_TRUE(of.admit(start + seconds{10}));
}

TEST(gate_breaker_test, probe_cut_off_by_its_own_side_lets_the_next_one_through) {
  gate of = failed_gate();
  const time_point now = start + seconds{2};
  ASSERT_TRUE(of.admit(now));
  of.cancel();
  of.leave();
  EXPECT_TRUE(one_request(of, verdict::retry, 500, 1, now).forgiven);
}

TEST(gate_breaker_test, retries_beyond_the_budget_wait_and_first_tries_do_not) {
  gate of(16, {}, 16);
  for (std::uint64_t change = 1; change <= 3; ++change) {
    one_request(of, verdict::retry, 408, change, start, try_kind::retry);
  }
  EXPECT_EQ(of.state(start + seconds{1}, try_kind::retry), gate_state::retry_budget);
  EXPECT_FALSE(of.admit(start + seconds{1}, try_kind::retry));
  EXPECT_EQ(of.state(start + seconds{1}), gate_state::flowing);
  EXPECT_EQ(of.ask_again_at(start + seconds{1}, try_kind::retry), std::optional{start + seconds{30}});
  EXPECT_TRUE(of.admit(start + seconds{30}, try_kind::retry));
}

TEST(gate_breaker_test, retries_that_succeed_leave_the_budget_as_it_was_and_those_told_to_wait_do_not) {
  gate of(16, {}, 16);
  for (std::uint64_t change = 1; change <= 100; ++change) one_request(of, verdict::delivered, 200, change, start, try_kind::retry);
  gate full(16, {}, 16);
  int admitted = 0;
  for (std::uint64_t change = 1; change <= 10; ++change)
    if (const auto through = full.admit(start, try_kind::retry)) {
      ++admitted;
      full.send(start);
      end_one(full, *through, verdict::wait, 429, change, start);
    }
  EXPECT_EQ(admitted, 3);
}

TEST(gate_breaker_test, probes_of_an_open_breaker_need_no_budget) {
  gate of = failed_gate();
  time_point now = start;
  for (std::uint64_t each = 1; each <= 20; ++each) {
    now = *of.ask_again_at(now, try_kind::retry);
    if (of.state(now, try_kind::retry) != gate_state::flowing) now = *of.ask_again_at(now, try_kind::retry);
    EXPECT_TRUE(one_request(of, verdict::retry, 500, each, now, try_kind::retry).forgiven);
    now += milliseconds{1};
  }
}

TEST(gate_breaker_test, after_an_outage_concurrency_begins_low) {
  gate of(64, {}, 1);
  time_point now = start;
  std::uint64_t change = 0;
  std::deque<admission> in_flight;
  for (int answer = 0; answer < 1000; ++answer) {
    while (const auto through = of.admit(now)) {
      of.send(now);
      in_flight.push_back(*through);
    }
    now = std::max(now, in_flight.front().at + milliseconds{20});
    end_one(of, in_flight.front(), verdict::delivered, 200, ++change, now);
    in_flight.pop_front();
  }
  EXPECT_EQ(of.limit(), 64);
  for (; !in_flight.empty(); in_flight.pop_front()) end_one(of, in_flight.front(), verdict::delivered, 200, ++change, now);
  for (std::uint64_t each = 1; each <= 5; ++each) one_request(of, verdict::retry, 500, ++change, now);
  EXPECT_EQ(of.limit(), 1);
}

TEST(gate_breaker_test, push_back_of_all_that_were_in_flight_halves_concurrency) {
  gate of(100, {}, 100);
  std::vector<admission> in_flight;
  while (const auto through = of.admit(start)) {
    of.send(start);
    in_flight.push_back(*through);
  }
  for (const admission& each : in_flight) end_one(of, each, verdict::wait, 429, 1, start + milliseconds{20});
  EXPECT_EQ(of.limit(), 50);
}

}  // namespace
}  // namespace leadrelay::delivery
