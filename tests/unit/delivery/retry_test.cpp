#include "delivery/retry.hpp"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using providers::judgement;
using providers::verdict;

constexpr double almost_one = 0x1.fffffffffffffp-1;

judgement of(verdict is, std::optional<duration> retry_after = std::nullopt) {
  judgement out;
  out.is = is;
  out.retry_after = retry_after;
  return out;
}

decision failed(const retry_policy& policy, history& so_far, time_point now, double random = 0.5) {
  return decide(policy, so_far, of(verdict::retry), transport_error::none, now, random);
}

decision unconnected(const retry_policy& policy, history& so_far, time_point now, double random = 0.5) {
  return decide(policy, so_far, of(verdict::retry), transport_error::connect_failed, now, random);
}

decision asked_to_wait(const retry_policy& policy, history& so_far, time_point now, std::optional<duration> retry_after,
                       double random = 0.5) {
  return decide(policy, so_far, of(verdict::wait, retry_after), transport_error::none, now, random);
}

/// Histories a change may have when the next answer comes.
std::vector<history> histories() {
  history failed_before{.attempts = 3, .first_try = start - seconds{40}};
  history connecting{.failed_connects = 5, .first_try = start - seconds{40}};
  history waiting{.waits = 4, .first_try = start - hours{9}, .waited_for_provider = hours{9}};
  history old{.attempts = 1, .first_try = start - hours{9}};
  history last_chance{.attempts = 7, .first_try = start - seconds{1}};
  return {history{}, failed_before, connecting, waiting, old, last_chance};
}

TEST(retry_test, delivered_settles_whatever_came_before) {
  for (history so_far : histories())
    EXPECT_EQ(decide({}, so_far, of(verdict::delivered), transport_error::none, start, 0.5).step, next_step::settle);
}

TEST(retry_test, rejected_ends_for_the_judgements_reason_whatever_came_before) {
  for (history so_far : histories()) {
    for (const reason why : {reason::rejected, reason::not_found, reason::conflict, reason::invalid_field}) {
      judgement judged = of(verdict::rejected);
      judged.reason = why;
      const decision next = decide({}, so_far, judged, transport_error::none, start, 0.5);
      EXPECT_EQ(next.step, next_step::dead_letter);
      EXPECT_EQ(next.reason, why);
      EXPECT_FALSE(next.hold_account);
    }
  }
}

TEST(retry_test, refused_credential_goes_again_at_once_and_costs_nothing_whatever_came_before) {
  for (history so_far : histories()) {
    const history before = so_far;
    const decision next = decide({}, so_far, of(verdict::credential_refused), transport_error::none, start, 0.5);
    EXPECT_EQ(next.step, next_step::try_again);
    EXPECT_EQ(next.at, start) << "the gate makes it wait";
    EXPECT_FALSE(next.hold_account);
    EXPECT_EQ(so_far.attempts, before.attempts);
    EXPECT_EQ(so_far.waited_for_provider, before.waited_for_provider);
  }
}

TEST(retry_test, wait_holds_the_account_and_costs_no_attempt_whatever_came_before) {
  for (history so_far : histories()) {
    const history before = so_far;
    const decision next = asked_to_wait({}, so_far, start, seconds{20});
    EXPECT_EQ(next.step, next_step::try_again);
    EXPECT_EQ(next.at, start + seconds{20});
    EXPECT_TRUE(next.hold_account);
    EXPECT_EQ(so_far.attempts, before.attempts);
    EXPECT_EQ(so_far.waits, before.waits + 1);
    EXPECT_EQ(so_far.waited_for_provider, before.waited_for_provider + seconds{20});
  }
}

TEST(retry_test, unknown_outcome_ends_unless_the_account_repeats_it) {
  for (history so_far : histories()) {
    const decision next = decide({}, so_far, of(verdict::outcome_unknown), transport_error::answer_timeout, start, 0.5);
    EXPECT_EQ(next.step, next_step::dead_letter);
    EXPECT_EQ(next.reason, reason::outcome_unknown);
  }
}

TEST(retry_test, unknown_outcome_that_is_repeated_is_an_attempt_like_any_other) {
  const retry_policy policy{.attempts = 3, .retry_unknown = true};
  history so_far;
  for (int attempt = 1; attempt < 3; ++attempt) {
    const decision next = decide(policy, so_far, of(verdict::outcome_unknown), transport_error::answer_timeout, start, 0.5);
    EXPECT_EQ(next.step, next_step::try_again);
    EXPECT_FALSE(next.hold_account);
    EXPECT_EQ(so_far.attempts, attempt);
  }
  const decision last = decide(policy, so_far, of(verdict::outcome_unknown), transport_error::answer_timeout, start, 0.5);
  EXPECT_EQ(last.step, next_step::dead_letter);
  EXPECT_EQ(last.reason, reason::retries_exhausted);
}

TEST(retry_test, attempts_are_exhausted_at_exactly_as_many_as_the_policy_says) {
  for (const int attempts : {1, 2, 3, 8, 50}) {
    const retry_policy policy{.attempts = attempts};
    history so_far;
    for (int attempt = 1; attempt < attempts; ++attempt) ASSERT_EQ(failed(policy, so_far, start).step, next_step::try_again) << attempt;
    const decision last = failed(policy, so_far, start);
    EXPECT_EQ(last.step, next_step::dead_letter) << attempts;
    EXPECT_EQ(last.reason, reason::retries_exhausted);
    EXPECT_EQ(so_far.attempts, attempts);
  }
}

TEST(retry_test, lost_answers_are_attempts) {
  for (const transport_error error : {transport_error::connection_lost, transport_error::answer_timeout, transport_error::malformed_answer,
                                      transport_error::answer_too_large, transport_error::stopped}) {
    history so_far;
    decide({}, so_far, of(verdict::retry), error, start, 0.5);
    EXPECT_EQ(so_far.attempts, 1) << to_string(error);
    EXPECT_EQ(so_far.failed_connects, 0);
  }
}

TEST(retry_test, connect_errors_are_no_attempts_however_many) {
  for (const transport_error error :
       {transport_error::resolve_failed, transport_error::connect_failed, transport_error::connect_timeout, transport_error::tls_failed}) {
    const retry_policy policy{.attempts = 1};
    history so_far;
    for (int each = 1; each <= 100; ++each) {
      const decision next = decide(policy, so_far, of(verdict::retry), error, start, 0.5);
      ASSERT_EQ(next.step, next_step::try_again) << to_string(error);
      ASSERT_EQ(so_far.failed_connects, each);
    }
    EXPECT_EQ(so_far.attempts, 0);
  }
}

TEST(retry_test, connect_errors_end_by_age) {
  history so_far;
  EXPECT_EQ(unconnected({}, so_far, start).step, next_step::try_again);
  EXPECT_EQ(unconnected({}, so_far, start + minutes{15} - nanoseconds{1}).step, next_step::try_again);
  const decision last = unconnected({}, so_far, start + minutes{15});
  EXPECT_EQ(last.step, next_step::dead_letter);
  EXPECT_EQ(last.reason, reason::too_old);
}

TEST(retry_test, failed_connects_count_since_the_last_request_on_the_wire) {
  for (const verdict answered : {verdict::retry, verdict::wait, verdict::credential_refused}) {
    history so_far;
    for (int each = 0; each < 4; ++each) unconnected({}, so_far, start);
    decide({}, so_far, of(answered), transport_error::none, start, 0.5);
    EXPECT_EQ(so_far.failed_connects, 0);
    unconnected({}, so_far, start);
    EXPECT_EQ(so_far.failed_connects, 1);
  }
}

TEST(retry_test, ceiling_doubles_with_each_failure_up_to_the_longest_wait) {
  const retry_policy policy{.attempts = 100};
  history so_far;
  for (const int ceiling : {500, 1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000, 60'000}) {
    history highest = so_far;
    const duration wait = failed(policy, highest, start, almost_one).at - start;
    EXPECT_LE(wait, milliseconds{ceiling});
    EXPECT_GE(wait, milliseconds{ceiling} - microseconds{1});
    EXPECT_EQ(failed(policy, so_far, start, 0.0).at, start) << "full jitter begins at zero";
  }
}

TEST(retry_test, jitter_is_linear_in_the_random_number) {
  for (const double random : {0.0, 0.25, 0.5, 0.75}) {
    history so_far{.attempts = 2, .first_try = start};
    EXPECT_EQ(failed({}, so_far, start, random).at, start + duration{static_cast<std::int64_t>(2e9 * random)});
  }
}

TEST(retry_test, connect_errors_and_attempts_back_off_together) {
  history so_far;
  failed({}, so_far, start);
  unconnected({}, so_far, start);
  EXPECT_EQ(unconnected({}, so_far, start, 0.5).at, start + seconds{1}) << "third failure: up to 2 s";
}

TEST(retry_test, back_off_after_very_many_failures_is_still_the_longest_wait) {
  history so_far{.failed_connects = 2'000'000'000, .first_try = start};
  EXPECT_EQ(unconnected({}, so_far, start, 0.5).at, start + seconds{30});
}

TEST(retry_test, no_first_wait_never_waits) {
  for (const int failures : {0, 1, 100, 2'000'000'000}) {
    history so_far{.failed_connects = failures, .waits = failures, .first_try = start};
    EXPECT_EQ(unconnected({.first_wait = duration{0}}, so_far, start, 0.5).at, start) << failures;
    EXPECT_EQ(asked_to_wait({.first_wait = duration{0}}, so_far, start, std::nullopt, 0.5).at, start) << failures;
  }
}

TEST(retry_test, first_wait_longer_than_the_longest_is_cut) {
  history so_far;
  EXPECT_EQ(failed({.first_wait = hours{1}, .longest_wait = seconds{10}}, so_far, start, 0.5).at, start + seconds{5});
}

TEST(retry_test, back_off_never_goes_beyond_what_is_left_of_the_age) {
  history so_far{.attempts = 5, .first_try = start};
  const time_point late = start + minutes{15} - milliseconds{10};
  const decision next = failed({}, so_far, late, almost_one);
  EXPECT_EQ(next.step, next_step::try_again);
  EXPECT_EQ(next.at, start + minutes{15}) << "one last try at the very end";
  EXPECT_EQ(failed({}, so_far, next.at).reason, reason::too_old);
}

TEST(retry_test, age_counts_from_the_first_try) {
  history so_far;
  failed({}, so_far, start);
  EXPECT_EQ(so_far.first_try, start);
  failed({}, so_far, start + minutes{1});
  EXPECT_EQ(so_far.first_try, start);
}

TEST(retry_test, exhausted_and_too_old_at_once_is_exhausted) {
  history so_far{.attempts = 7, .first_try = start};
  EXPECT_EQ(failed({}, so_far, start + hours{1}).reason, reason::retries_exhausted);
}

TEST(retry_test, wait_is_waited_out_in_full_up_to_the_cap) {
  struct row {
    duration asked, expected;
  };
  for (const row& each :
       {row{nanoseconds{1}, nanoseconds{1}}, row{seconds{1}, seconds{1}}, row{minutes{5}, minutes{5}},
        row{minutes{5} + nanoseconds{1}, minutes{5}}, row{hours{24 * 365}, minutes{5}}, row{duration::max(), minutes{5}}}) {
    history so_far;
    EXPECT_EQ(asked_to_wait({}, so_far, start, each.asked, 0.0).at, start + each.expected);
    EXPECT_EQ(so_far.waited_for_provider, each.expected);
  }
}

TEST(retry_test, wait_without_a_time_backs_off_with_full_jitter_by_the_number_of_waits) {
  history so_far;
  for (const int ceiling : {500, 1000, 2000, 4000})
    EXPECT_EQ(asked_to_wait({}, so_far, start, std::nullopt, 0.5).at, start + milliseconds{ceiling / 2});
  EXPECT_EQ(so_far.waits, 4);
}

// A wait of zero, obeyed, would send the same request in a tight loop.
TEST(retry_test, wait_of_no_time_backs_off_as_if_it_said_none) {
  for (const duration nothing : {duration{0}, duration{-1}, duration{seconds{-90}}, duration::min()}) {
    history so_far;
    for (const int ceiling : {500, 1000, 2000}) {
      const decision next = asked_to_wait({}, so_far, start, nothing, 0.5);
      EXPECT_EQ(next.at, start + milliseconds{ceiling / 2});
      EXPECT_TRUE(next.hold_account);
    }
    EXPECT_EQ(so_far.waited_for_provider, milliseconds{1750});
  }
}

TEST(retry_test, waits_with_and_without_a_time_are_counted_together) {
  history so_far;
  asked_to_wait({}, so_far, start, seconds{3});
  asked_to_wait({}, so_far, start, seconds{3});
  EXPECT_EQ(so_far.waits, 2);
  EXPECT_EQ(asked_to_wait({}, so_far, start, std::nullopt, 0.5).at, start + seconds{1}) << "the third: up to 2 s";
}

TEST(retry_test, answer_of_another_kind_starts_the_waits_anew) {
  for (const verdict other : {verdict::retry, verdict::credential_refused}) {
    history so_far;
    for (int each = 0; each < 3; ++each) asked_to_wait({}, so_far, start, std::nullopt);
    decide({}, so_far, of(other), transport_error::none, start, 0.5);
    EXPECT_EQ(so_far.waits, 0);
    EXPECT_EQ(asked_to_wait({}, so_far, start, std::nullopt, 0.5).at, start + milliseconds{250});
  }
}

TEST(retry_test, no_answer_at_all_does_not_start_the_waits_anew) {
  for (const transport_error silence :
       {transport_error::connect_failed, transport_error::answer_timeout, transport_error::connection_lost}) {
    history so_far;
    for (int each = 0; each < 3; ++each) asked_to_wait({}, so_far, start, std::nullopt);
    decide({}, so_far, of(verdict::retry), silence, start, 0.5);
    EXPECT_EQ(so_far.waits, 3);
  }
}

TEST(retry_test, waits_are_no_attempts_and_no_age_however_many) {
  const retry_policy policy{.attempts = 2};
  history so_far;
  time_point now = start;
  for (int each = 0; each < 1000; ++each) {
    const decision next = asked_to_wait(policy, so_far, now, minutes{5});
    ASSERT_EQ(next.step, next_step::try_again);
    now = next.at;
  }
  EXPECT_EQ(failed(policy, so_far, now + minutes{15} - nanoseconds{1}).step, next_step::try_again);
  EXPECT_EQ(failed(policy, so_far, now + seconds{1}).reason, reason::retries_exhausted);
}

TEST(retry_test, retry_after_of_a_failure_is_a_lower_bound_of_its_back_off) {
  history so_far;
  EXPECT_EQ(decide({}, so_far, of(verdict::retry, seconds{7}), transport_error::none, start, 0.5).at, start + seconds{7});
  history patient{.attempts = 6, .first_try = start};
  EXPECT_EQ(decide({}, patient, of(verdict::retry, seconds{7}), transport_error::none, start, 0.5).at, start + seconds{16});
  history capped;
  EXPECT_EQ(decide({}, capped, of(verdict::retry, hours{2}), transport_error::none, start, 0.5).at, start + minutes{5});
  history negative;
  EXPECT_EQ(decide({}, negative, of(verdict::retry, seconds{-7}), transport_error::none, start, 0.5).at, start + milliseconds{250});
}

TEST(retry_test, retry_after_of_a_failure_is_waited_out_in_full_and_is_no_age) {
  history so_far{.attempts = 1, .first_try = start};
  const time_point late = start + minutes{15} - seconds{1};
  const decision next = decide({}, so_far, of(verdict::retry, minutes{4}), transport_error::none, late, 0.5);
  EXPECT_EQ(next.at, late + minutes{4});
  EXPECT_EQ(failed({}, so_far, next.at, 0.0).step, next_step::try_again) << "a second is left";
  EXPECT_EQ(failed({}, so_far, next.at + seconds{1}).reason, reason::too_old);
}

TEST(retry_test, jitter_beyond_a_retry_after_ends_with_the_age) {
  history so_far{.failed_connects = 20, .first_try = start};
  const time_point late = start + minutes{15} - seconds{1};
  EXPECT_EQ(decide({}, so_far, of(verdict::retry, seconds{5}), transport_error::connect_failed, late, 0.9).at, late + seconds{6});
}

TEST(retry_test, time_that_a_refused_credential_costs_is_no_age) {
  history so_far;
  time_point now = start;
  failed({}, so_far, now);
  now += minutes{14};
  for (int hour = 0; hour < 10; ++hour) {
    decide({}, so_far, of(verdict::credential_refused), transport_error::none, now, 0.5);
    now += hours{1};
  }
  EXPECT_EQ(failed({}, so_far, now).step, next_step::try_again) << "fourteen minutes of age";
  EXPECT_EQ(so_far.waited_for_provider, hours{10});
  EXPECT_EQ(unconnected({}, so_far, now + minutes{1} - nanoseconds{1}).step, next_step::try_again);
  EXPECT_EQ(unconnected({}, so_far, now + minutes{1}).reason, reason::too_old) << "and age goes on afterwards";
}

TEST(retry_test, no_give_up_time_at_all_ends_with_the_first_failure) {
  history so_far;
  EXPECT_EQ(failed({.give_up_after = duration{0}}, so_far, start).reason, reason::too_old);
}

}  // namespace
}  // namespace leadrelay::delivery
