#include "delivery/breaker.hpp"

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using sign = provider_sign;
using effect = breaker::effect;

breaker::finding end(breaker& of, sign is, std::uint64_t change, time_point now = start) { return of.end(is, change, now, 0); }

breaker opened(time_point now = start) {
  breaker of;
  for (std::uint64_t change = 1; change <= 5; ++change) end(of, sign::fails, change, now);
  return of;
}

/// A probe as soon as one may go.
breaker::finding probe(breaker& of, sign is, std::uint64_t change) {
  of.probe();
  return end(of, is, change, of.paused_until());
}

TEST(breaker_test, five_failures_in_a_row_open_it_and_four_do_not) {
  breaker of;
  for (std::uint64_t change = 1; change <= 4; ++change) EXPECT_EQ(end(of, sign::fails, change).is, effect::none);
  EXPECT_TRUE(of.is_closed());
  EXPECT_EQ(end(of, sign::fails, 5).is, effect::opened);
  EXPECT_EQ(of.state(start), breaker_state::open);
  EXPECT_EQ(of.openings(), 1u);
}

TEST(breaker_test, a_sign_of_life_begins_the_count_anew) {
  breaker of;
  for (std::uint64_t change = 1; change <= 4; ++change) end(of, sign::fails, change);
  end(of, sign::works, 9);
  for (std::uint64_t change = 1; change <= 4; ++change) end(of, sign::fails, change);
  EXPECT_TRUE(of.is_closed());
}

TEST(breaker_test, what_tells_nothing_changes_nothing) {
  breaker of;
  for (std::uint64_t change = 1; change <= 4; ++change) end(of, sign::fails, change);
  for (int each = 0; each < 100; ++each) end(of, sign::nothing, 9);
  EXPECT_TRUE(of.is_closed());
  EXPECT_EQ(end(of, sign::fails, 5).is, effect::opened);
}

TEST(breaker_test, one_change_that_fails_for_ever_never_opens_it) {
  breaker of;
  for (int each = 0; each < 1000; ++each) end(of, sign::fails, 7, start + milliseconds{each});
  EXPECT_TRUE(of.is_closed());
}

TEST(breaker_test, failures_to_connect_speak_of_no_change_and_always_count) {
  breaker of;
  for (int each = 0; each < 4; ++each) end(of, sign::fails, 0);
  EXPECT_EQ(end(of, sign::fails, 0).is, effect::opened);
}

TEST(breaker_test, half_of_twenty_answers_failed_open_it_and_fewer_do_not) {
  breaker of;
  for (std::uint64_t pair = 1; pair <= 9; ++pair) {
    end(of, sign::fails, pair);
    end(of, sign::works, pair);
  }
  end(of, sign::works, 100);
  EXPECT_TRUE(of.is_closed()) << "nine of nineteen";
  EXPECT_EQ(end(of, sign::fails, 101).is, effect::opened) << "ten of twenty";
  breaker better;
  for (std::uint64_t each = 1; each <= 300; ++each) end(better, each % 3 == 0 ? sign::fails : sign::works, each);
  EXPECT_TRUE(better.is_closed()) << "a third";
}

TEST(breaker_test, answers_older_than_half_a_minute_are_forgotten) {
  breaker of;
  for (std::uint64_t pair = 1; pair <= 9; ++pair) {
    end(of, sign::fails, pair);
    end(of, sign::works, pair);
  }
  end(of, sign::works, 100, start + seconds{31});
  EXPECT_EQ(end(of, sign::fails, 101, start + seconds{31}).is, effect::none);
}

TEST(breaker_test, a_pause_doubles_from_a_second_to_half_a_minute) {
  breaker of = opened();
  EXPECT_EQ(of.paused_until(), start + seconds{1});
  EXPECT_EQ(of.state(start + seconds{1}), breaker_state::half_open);
  for (const int expected : {2, 4, 8, 16, 30, 30}) {
    const time_point before = of.paused_until();
    probe(of, sign::fails, static_cast<std::uint64_t>(expected));
    EXPECT_EQ(of.paused_until() - before, seconds{expected});
    EXPECT_EQ(of.state(before), breaker_state::open);
  }
}

TEST(breaker_test, jitter_takes_up_to_a_fifth_of_the_pause) {
  breaker of;
  for (std::uint64_t change = 1; change <= 5; ++change) of.end(sign::fails, change, start, 0.5);
  EXPECT_EQ(of.paused_until(), start + milliseconds{900});
}

TEST(breaker_test, three_successes_in_a_row_close_it_and_a_failure_between_begins_anew) {
  breaker of = opened();
  EXPECT_EQ(probe(of, sign::works, 11).is, effect::none);
  EXPECT_EQ(probe(of, sign::works, 12).is, effect::none);
  EXPECT_TRUE(probe(of, sign::fails, 13).forgiven);
  EXPECT_EQ(probe(of, sign::works, 14).is, effect::none);
  EXPECT_EQ(probe(of, sign::works, 15).is, effect::none);
  EXPECT_EQ(probe(of, sign::works, 16).is, effect::closed);
  EXPECT_EQ(of.state(start), breaker_state::closed);
}

TEST(breaker_test, opened_again_after_having_closed_pauses_a_second) {
  breaker of = opened();
  for (std::uint64_t change = 1; change <= 4; ++change) probe(of, sign::fails, change);
  for (std::uint64_t change = 1; change <= 3; ++change) probe(of, sign::works, change);
  for (std::uint64_t change = 1; change <= 5; ++change) end(of, sign::fails, change, start + hours{1});
  EXPECT_EQ(of.paused_until(), start + hours{1} + seconds{1});
  EXPECT_EQ(of.openings(), 2u);
}

TEST(breaker_test, answers_to_what_left_before_it_opened_neither_close_it_nor_lengthen_its_pause) {
  breaker of = opened();
  for (std::uint64_t each = 1; each <= 10; ++each) end(of, sign::works, each, start + milliseconds{1});
  for (std::uint64_t each = 1; each <= 10; ++each) EXPECT_FALSE(end(of, sign::fails, each, start + milliseconds{2}).forgiven);
  EXPECT_EQ(of.state(start + milliseconds{3}), breaker_state::open);
  EXPECT_EQ(of.paused_until(), start + seconds{1});
}

TEST(breaker_test, probes_of_an_outage_are_forgiven_however_often_they_fail) {
  breaker of = opened();
  for (int each = 0; each < 1000; ++each) EXPECT_TRUE(probe(of, sign::fails, 3).forgiven);
}

TEST(breaker_test, a_change_that_goes_on_failing_while_others_succeed_is_blamed_and_does_not_keep_it_open) {
  breaker of = opened();
  EXPECT_TRUE(probe(of, sign::fails, 7).forgiven);
  EXPECT_EQ(probe(of, sign::works, 11).is, effect::none);
  EXPECT_FALSE(probe(of, sign::fails, 7).forgiven);
  EXPECT_EQ(of.state(of.paused_until()), breaker_state::half_open);
  EXPECT_EQ(probe(of, sign::works, 12).is, effect::none);
  EXPECT_FALSE(probe(of, sign::fails, 7).forgiven);
  EXPECT_EQ(probe(of, sign::works, 13).is, effect::closed);
}

TEST(breaker_test, however_many_changes_go_on_failing_while_others_succeed_they_do_not_keep_it_open) {
  breaker of = opened();
  std::uint64_t good = 1000;
  for (std::uint64_t bad = 1; bad <= 100; ++bad) {
    EXPECT_TRUE(probe(of, sign::fails, bad).forgiven);
    EXPECT_EQ(probe(of, sign::works, ++good).is, effect::none);
  }
  for (const auto after : {effect::none, effect::closed}) {
    const std::uint64_t bad = after == effect::none ? 1 : 2;
    EXPECT_FALSE(probe(of, sign::fails, bad).forgiven) << bad;
    EXPECT_EQ(probe(of, sign::works, ++good).is, after) << bad;
  }
}

TEST(breaker_test, an_outage_that_comes_back_while_half_open_is_one_again_for_all) {
  breaker of = opened();
  probe(of, sign::works, 11);
  for (std::uint64_t change = 1; change <= 5; ++change) probe(of, sign::fails, change);
  for (std::uint64_t change = 1; change <= 5; ++change) EXPECT_TRUE(probe(of, sign::fails, change).forgiven);
}

TEST(breaker_test, a_probe_cut_off_leaves_it_half_open) {
  breaker of = opened();
  of.probe();
  of.forget_probe();
  EXPECT_EQ(of.state(of.paused_until()), breaker_state::half_open);
  of.probe();
  EXPECT_EQ(end(of, sign::nothing, 1, of.paused_until()).is, effect::none);
  EXPECT_EQ(of.state(of.paused_until()), breaker_state::half_open);
}

TEST(breaker_test, signs_of_life_failures_and_what_is_neither) {
  using providers::verdict;
  using error = transport_error;
  EXPECT_EQ(sign_of(verdict::delivered, error::none, 200), sign::works);
  EXPECT_EQ(sign_of(verdict::rejected, error::none, 422), sign::works);
  EXPECT_EQ(sign_of(verdict::credential_refused, error::none, 401), sign::works);
  EXPECT_EQ(sign_of(verdict::wait, error::none, 429), sign::works);
  EXPECT_EQ(sign_of(verdict::wait, error::none, 503), sign::nothing);
  EXPECT_EQ(sign_of(verdict::retry, error::none, 408), sign::nothing);
  EXPECT_EQ(sign_of(verdict::retry, error::none, 503), sign::fails);
  EXPECT_EQ(sign_of(verdict::outcome_unknown, error::none, 500), sign::fails);
  for (const error each : {error::resolve_failed, error::connect_failed, error::connect_timeout, error::tls_failed, error::connection_lost,
                           error::answer_timeout, error::malformed_answer})
    EXPECT_EQ(sign_of(verdict::retry, each, 0), sign::fails) << to_string(each);
  for (const error each : {error::answer_too_large, error::stopped}) EXPECT_EQ(sign_of(verdict::retry, each, 0), sign::nothing);
}

TEST(breaker_test, states_have_the_words_of_status) {
  EXPECT_EQ(to_string(breaker_state::closed), "closed");
  EXPECT_EQ(to_string(breaker_state::half_open), "half_open");
  EXPECT_EQ(to_string(breaker_state::open), "open");
}

}  // namespace
}  // namespace leadrelay::delivery
