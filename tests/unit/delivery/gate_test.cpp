#include "delivery/gate.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"
#include "unit/delivery/printing.hpp"

namespace leadrelay::delivery {
namespace {

using again = std::optional<time_point>;

constexpr wall_time noon{hours{24 * 365 * 56}};

/// One admitted request that goes on the wire.
void start_request(gate& through, time_point now) {
  ASSERT_TRUE(through.admit(now));
  through.send(now);
}

/// A refused credential with nothing in flight.
gate refused_gate(time_point now, int concurrency = 4) {
  gate through(concurrency, {}, concurrency);
  EXPECT_TRUE(through.admit(now));
  through.send(now);
  through.refuse_credential(now);
  through.leave();
  return through;
}

/// A probe that is refused as soon as it may go; the pause until the next one.
duration pause_after_refused_probe(gate& through) {
  const auto at = through.ask_again_at(start);
  if (!at) return duration{-1};
  EXPECT_TRUE(through.admit(*at));
  through.send(*at);
  through.refuse_credential(*at);
  through.leave();
  const auto next = through.ask_again_at(*at);
  return next ? *next - *at : duration{-1};
}

TEST(gate_test, states_have_the_words_of_metrics) {
  EXPECT_EQ(to_string(gate_state::flowing), "flowing");
  EXPECT_EQ(to_string(gate_state::busy), "busy");
  EXPECT_EQ(to_string(gate_state::limited), "limited");
  EXPECT_EQ(to_string(gate_state::retry_budget), "retry_budget");
  EXPECT_EQ(to_string(gate_state::waiting), "waiting");
  EXPECT_EQ(to_string(gate_state::breaker_open), "breaker_open");
  EXPECT_EQ(to_string(gate_state::credential_refused), "credential_refused");
}

TEST(gate_test, new_one_flows_and_tells_its_concurrency) {
  gate through(3, {}, 3);
  EXPECT_EQ(through.state(time_point{}), gate_state::flowing);
  EXPECT_EQ(through.ask_again_at(start), again{start});
  EXPECT_EQ(through.concurrency(), 3);
  EXPECT_EQ(through.in_flight(), 0);
}

TEST(gate_test, asking_for_the_state_takes_nothing) {
  gate through(1, {{1, seconds{1}}}, 1);
  for (int each = 0; each < 5; ++each) EXPECT_EQ(through.state(start), gate_state::flowing);
  EXPECT_TRUE(through.admit(start));
}

TEST(gate_test, as_many_in_flight_as_allowed_is_busy_until_one_leaves) {
  gate through(2, {}, 2);
  start_request(through, start);
  start_request(through, start);
  EXPECT_EQ(through.in_flight(), 2);
  EXPECT_EQ(through.state(start), gate_state::busy);
  EXPECT_FALSE(through.admit(start));
  EXPECT_EQ(through.in_flight(), 2) << "a no takes no place";
  EXPECT_EQ(through.ask_again_at(start), std::nullopt);
  EXPECT_FALSE(through.admit(start + hours{1}));
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::flowing);
  EXPECT_TRUE(through.admit(start));
}

TEST(gate_test, cancelled_admission_keeps_its_place_in_flight_until_it_leaves_but_none_in_the_window) {
  gate through(1, {{1, hours{1}}}, 1);
  ASSERT_TRUE(through.admit(start));
  through.cancel();
  EXPECT_EQ(through.state(start), gate_state::busy);
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::flowing);
}

TEST(gate_test, full_window_is_limited_until_it_opens) {
  gate through(8, {{1, seconds{1}}});
  start_request(through, start);
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::limited);
  EXPECT_FALSE(through.admit(start));
  const time_point opens = start + seconds{1} + arrival_margin;
  EXPECT_EQ(through.ask_again_at(start), again{opens});
  EXPECT_FALSE(through.admit(opens - nanoseconds{1}));
  EXPECT_TRUE(through.admit(opens));
}

TEST(gate_test, window_full_of_reservations_has_no_time_until_one_ends) {
  gate through(8, {{1, seconds{1}}}, 8);
  ASSERT_TRUE(through.admit(start));
  EXPECT_EQ(through.state(start + hours{1}), gate_state::limited);
  EXPECT_EQ(through.ask_again_at(start), std::nullopt);
  through.send(start + seconds{2});
  EXPECT_EQ(through.ask_again_at(start + seconds{2}), again{start + seconds{3} + arrival_margin});
}

TEST(gate_test, busy_and_limited_at_once_waits_for_a_request_to_end) {
  gate through(1, {{1, seconds{1}}}, 1);
  start_request(through, start);
  EXPECT_EQ(through.state(start), gate_state::busy);
  EXPECT_EQ(through.ask_again_at(start), std::nullopt);
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::limited);
}

TEST(gate_test, share_cuts_the_limits_down) {
  gate through(100, {{10, seconds{1}}}, 100);
  through.set_share({{}, 5}, start, noon);
  EXPECT_EQ(through.state(start), gate_state::limited);
  EXPECT_EQ(through.ask_again_at(start), std::nullopt);
  through.set_share({{0, 1}, 5}, start, noon);
  EXPECT_EQ(through.state(start + seconds{2}), gate_state::flowing);
}

TEST(gate_test, asked_to_wait_all_wait_until_then) {
  gate through(4, {}, 4);
  through.hold_until(start + seconds{30});
  EXPECT_EQ(through.state(start), gate_state::waiting);
  EXPECT_FALSE(through.admit(start));
  EXPECT_EQ(through.in_flight(), 0);
  EXPECT_EQ(through.ask_again_at(start), again{start + seconds{30}});
  EXPECT_FALSE(through.admit(start + seconds{30} - nanoseconds{1}));
  EXPECT_TRUE(through.admit(start + seconds{30}));
}

TEST(gate_test, longer_wait_stays_a_still_longer_one_replaces_it) {
  gate through(4, {}, 4);
  through.hold_until(start + seconds{30});
  through.hold_until(start + seconds{10});
  EXPECT_EQ(through.ask_again_at(start), again{start + seconds{30}});
  through.hold_until(start + seconds{40});
  EXPECT_EQ(through.ask_again_at(start), again{start + seconds{40}});
}

TEST(gate_test, wait_that_is_over_holds_nothing) {
  gate through(4, {}, 4);
  through.hold_until(start - seconds{1});
  through.hold_until(start);
  EXPECT_EQ(through.state(start), gate_state::flowing);
}

TEST(gate_test, wait_over_while_a_window_is_full_turns_to_limited) {
  gate through(4, {{1, minutes{1}}}, 4);
  start_request(through, start);
  through.hold_until(start + seconds{10});
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::waiting);
  EXPECT_EQ(through.state(start + seconds{10}), gate_state::limited);
  EXPECT_EQ(through.ask_again_at(start + seconds{10}), again{start + minutes{1} + arrival_margin});
}

TEST(gate_test, refused_credential_stops_all_for_a_second) {
  gate through = refused_gate(start);
  EXPECT_EQ(through.state(start), gate_state::credential_refused);
  EXPECT_FALSE(through.admit(start));
  EXPECT_EQ(through.ask_again_at(start), again{start + seconds{1}});
  EXPECT_FALSE(through.admit(start + seconds{1} - nanoseconds{1}));
  EXPECT_TRUE(through.admit(start + seconds{1}));
}

TEST(gate_test, one_probe_at_a_time) {
  gate through = refused_gate(start, 16);
  const time_point probe = start + seconds{1};
  start_request(through, probe);
  EXPECT_EQ(through.state(probe), gate_state::credential_refused);
  EXPECT_FALSE(through.admit(probe + hours{1}));
  EXPECT_EQ(through.in_flight(), 1);
  EXPECT_EQ(through.ask_again_at(probe), std::nullopt) << "only its end can change the answer";
}

TEST(gate_test, refused_probes_double_the_pause_up_to_a_minute) {
  gate through = refused_gate(start);
  for (const int expected : {2, 4, 8, 16, 32, 60, 60, 60}) EXPECT_EQ(pause_after_refused_probe(through), seconds{expected});
}

TEST(gate_test, accepted_probe_lets_all_through_again) {
  gate through = refused_gate(start, 3);
  start_request(through, start + seconds{1});
  through.accept_credential();
  through.leave();
  for (int each = 0; each < 3; ++each) EXPECT_TRUE(through.admit(start + seconds{1}));
  EXPECT_EQ(through.state(start + seconds{1}), gate_state::busy);
}

TEST(gate_test, accepted_before_it_has_left_frees_the_others) {
  gate through = refused_gate(start, 3);
  start_request(through, start + seconds{1});
  through.accept_credential();
  EXPECT_EQ(through.state(start + seconds{1}), gate_state::flowing);
}

TEST(gate_test, refused_again_after_having_been_accepted_begins_with_a_second) {
  gate through = refused_gate(start);
  for (int each = 0; each < 4; ++each) pause_after_refused_probe(through);
  const time_point later = *through.ask_again_at(start);
  start_request(through, later);
  through.accept_credential();
  through.leave();
  start_request(through, later);
  through.refuse_credential(later);
  through.leave();
  EXPECT_EQ(through.ask_again_at(later), again{later + seconds{1}});
}

TEST(gate_test, accepting_what_was_never_refused_changes_nothing) {
  gate through(1, {}, 1);
  through.accept_credential();
  EXPECT_EQ(through.state(start), gate_state::flowing);
}

TEST(gate_test, refusals_of_those_in_flight_at_the_first_are_one_refusal) {
  gate through(8, {}, 8);
  for (int each = 0; each < 8; ++each) start_request(through, start);
  for (int each = 0; each < 8; ++each) {
    through.refuse_credential(start + milliseconds{each});
    through.leave();
  }
  EXPECT_EQ(through.ask_again_at(start + milliseconds{8}), again{start + seconds{1}});
}

// Answers that come slowly are no probes, even those that come when a probe would have been due.
TEST(gate_test, slow_refusals_of_those_in_flight_at_the_first_do_not_double_the_pause) {
  gate through(8, {}, 8);
  for (int each = 0; each < 8; ++each) start_request(through, start);
  for (int each = 0; each < 8; ++each) {
    through.refuse_credential(start + seconds{3 * each});
    through.leave();
  }
  const time_point last = start + seconds{21};
  EXPECT_EQ(through.ask_again_at(last), again{last}) << "the pause is long over";
  EXPECT_EQ(pause_after_refused_probe(through), seconds{2});
}

TEST(gate_test, refusal_of_one_probe_told_twice_doubles_the_pause_once) {
  gate through = refused_gate(start);
  const time_point probe = start + seconds{1};
  start_request(through, probe);
  through.refuse_credential(probe);
  through.refuse_credential(probe);
  through.leave();
  EXPECT_EQ(through.ask_again_at(probe), again{probe + seconds{2}});
}

TEST(gate_test, no_probe_while_others_are_still_in_flight) {
  gate through(8, {}, 8);
  start_request(through, start);
  start_request(through, start);
  through.refuse_credential(start);
  through.leave();
  EXPECT_EQ(through.state(start + seconds{5}), gate_state::credential_refused);
  EXPECT_EQ(through.ask_again_at(start + seconds{5}), std::nullopt);
  EXPECT_FALSE(through.admit(start + seconds{5}));
  through.leave();
  EXPECT_TRUE(through.admit(start + seconds{5}));
}

TEST(gate_test, answer_of_one_in_flight_that_speaks_of_the_change_ends_the_refusal) {
  gate through(8, {}, 8);
  start_request(through, start);
  start_request(through, start);
  through.refuse_credential(start);
  through.leave();
  through.accept_credential();
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::flowing);
}

TEST(gate_test, probe_that_could_not_connect_leaves_the_refusal_and_its_pause_as_they_are) {
  gate through = refused_gate(start);
  const time_point probe = start + seconds{1};
  ASSERT_TRUE(through.admit(probe));
  through.cancel();
  through.leave();
  EXPECT_EQ(through.state(probe), gate_state::flowing) << "the next probe may go";
  ASSERT_TRUE(through.admit(probe));
  EXPECT_FALSE(through.admit(probe)) << "and only one";
  through.send(probe);
  through.refuse_credential(probe);
  through.leave();
  EXPECT_EQ(through.ask_again_at(probe), again{probe + seconds{2}});
}

TEST(gate_test, probe_waits_for_the_providers_own_wait_too) {
  gate through = refused_gate(start);
  through.hold_until(start + seconds{20});
  EXPECT_EQ(through.state(start), gate_state::credential_refused);
  EXPECT_EQ(through.ask_again_at(start), again{start + seconds{20}});
  EXPECT_EQ(through.state(start + seconds{2}), gate_state::waiting);
  EXPECT_FALSE(through.admit(start + seconds{2}));
  EXPECT_TRUE(through.admit(start + seconds{20}));
  EXPECT_FALSE(through.admit(start + seconds{20}));
}

TEST(gate_test, probe_waits_for_its_place_in_a_window_too) {
  gate through(4, {{1, seconds{10}}}, 4);
  start_request(through, start);
  through.refuse_credential(start);
  through.leave();
  EXPECT_EQ(through.state(start + seconds{1}), gate_state::limited);
  EXPECT_FALSE(through.admit(start + seconds{1}));
  EXPECT_TRUE(through.admit(start + seconds{10} + arrival_margin));
}

TEST(gate_test, another_credential_is_tried_at_once_and_its_pause_begins_anew) {
  gate through = refused_gate(start);
  for (int each = 0; each < 5; ++each) pause_after_refused_probe(through);
  const time_point changed = start + hours{1};
  through.try_credential_again(changed);
  EXPECT_TRUE(through.credential_refused());
  EXPECT_EQ(through.ask_again_at(changed), again{changed});
  start_request(through, changed);
  EXPECT_EQ(through.state(changed), gate_state::credential_refused) << "one at a time";
  through.refuse_credential(changed);
  through.leave();
  EXPECT_EQ(through.ask_again_at(changed), again{changed + seconds{1}});
}

TEST(gate_test, another_credential_does_not_wait_for_those_on_the_wire_with_the_former_one) {
  gate through(4, {}, 4);
  for (int each = 0; each < 3; ++each) start_request(through, start);
  const std::uint64_t before = through.credential_epoch();
  through.refuse_credential(start);
  through.leave(before);
  EXPECT_FALSE(through.admit(start + hours{1})) << "two are on the wire";
  through.try_credential_again(start);
  start_request(through, start);
  const std::uint64_t with_new = through.credential_epoch();
  EXPECT_FALSE(through.admit(start)) << "a probe is";
  through.leave(before);
  EXPECT_FALSE(through.admit(start)) << "it still is";
  through.leave(with_new);
  EXPECT_TRUE(through.admit(start));
  through.send(start);
  EXPECT_FALSE(through.admit(start));
}

TEST(gate_test, a_probe_not_sent_when_the_credential_changes_counts_as_one_of_the_new) {
  gate through = refused_gate(start);
  ASSERT_TRUE(through.admit(start + seconds{1}));
  through.try_credential_again(start + seconds{1});
  EXPECT_FALSE(through.admit(start + seconds{1}));
  through.cancel();
  through.leave();
  EXPECT_TRUE(through.admit(start + seconds{1}));
}

TEST(gate_test, concurrency_holds_over_former_and_new_credential_together) {
  gate through(2, {}, 2);
  start_request(through, start);
  start_request(through, start);
  through.refuse_credential(start);
  through.try_credential_again(start);
  EXPECT_FALSE(through.admit(start));
  through.leave(0);
  EXPECT_TRUE(through.admit(start));
}

TEST(gate_test, another_credential_while_all_is_well_changes_nothing_but_the_epoch) {
  gate through(2, {}, 2);
  start_request(through, start);
  const std::uint64_t before = through.credential_epoch();
  through.try_credential_again(start);
  EXPECT_NE(through.credential_epoch(), before);
  EXPECT_FALSE(through.credential_refused());
  EXPECT_EQ(through.state(start), gate_state::flowing);
  through.leave(before);
  EXPECT_EQ(through.in_flight(), 0);
}

TEST(gate_test, each_refusal_is_an_epoch_of_its_own_and_late_ones_are_none) {
  gate through(2, {}, 2);
  start_request(through, start);
  start_request(through, start);
  const std::uint64_t first = through.credential_epoch();
  through.refuse_credential(start);
  const std::uint64_t second = through.credential_epoch();
  EXPECT_GT(second, first);
  through.refuse_credential(start);
  EXPECT_EQ(through.credential_epoch(), second);
}

}  // namespace
}  // namespace leadrelay::delivery
