#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/gate.hpp"
#include "unit/delivery/moments.hpp"
#include "unit/delivery/printing.hpp"

// What the provider says bounds what passes the gate: what is left of its limits, and how long to wait.
namespace leadrelay::delivery {
namespace {

using again = std::optional<time_point>;

constexpr wall_time noon{hours{24 * 365 * 56}};

admission start_request(gate& through, time_point now) {
  const auto admitted = through.admit(now);
  EXPECT_TRUE(admitted);
  through.send(now);
  return admitted.value_or(admission{});
}

void tell(gate& through, const admission& of, std::int64_t left, duration resets_in, time_point now = start) {
  const providers::told_limit told[] = {{left, resets_in}};
  through.tell_limits(of, told, now);
}

void end(gate& through, const admission& of, providers::verdict is, time_point now) {
  through.judge({.of = of, .is = is, .status = 200, .sent = of.at, .change = 1}, now, 0);
}

int admit_all(gate& through, time_point now = start) {
  int out = 0;
  while (through.admit(now)) ++out;
  return out;
}

TEST(gate_told_test, what_the_provider_says_is_left_bounds_those_that_leave) {
  gate through(100, {}, 100);
  const admission first = start_request(through, start);
  start_request(through, start);
  tell(through, first, 2, seconds{9});  // one of the two, which the provider has not counted yet, may take one
  through.leave();
  start_request(through, start);
  EXPECT_EQ(through.state(start), gate_state::limited);
  EXPECT_EQ(through.ask_again_at(start), again{start + seconds{9}});
  EXPECT_EQ(through.state(start + seconds{9}), gate_state::flowing);
}

TEST(gate_told_test, what_has_passed_and_not_left_goes_back_where_nothing_is_left) {
  gate through(100, {}, 100);
  const admission first = start_request(through, start);
  const admission second = through.admit(start).value();
  tell(through, first, 1, seconds{9});
  EXPECT_TRUE(through.is_good_still(second, start));
  tell(through, first, 0, seconds{9});
  EXPECT_FALSE(through.is_good_still(second, start));
  EXPECT_FALSE(through.is_good_still(second, start + seconds{9} - nanoseconds{1}));
  EXPECT_TRUE(through.is_good_still(second, start + seconds{9}));
}

TEST(gate_told_test, what_has_passed_and_not_left_goes_back_where_the_provider_asks_to_wait) {
  gate through(100, {}, 100);
  const admission passed = through.admit(start).value();
  EXPECT_TRUE(through.is_good_still(passed, start));
  through.hold_until(start + seconds{5});
  EXPECT_FALSE(through.is_good_still(passed, start + seconds{5} - nanoseconds{1}));
  EXPECT_TRUE(through.is_good_still(passed, start + seconds{5}));
}

enum class counting { sliding, fixed };
enum class telling { unix_seconds, seconds_to_go };

/// A provider that counts exactly, answers after `latency` and says what is left of its limit.
struct telling_provider {
  providers::limit allows;
  counting counts = counting::sliding;
  telling tells = telling::unix_seconds;
  duration latency = milliseconds{20};
  std::deque<time_point> inside{};
  int refused = 0;

  /// What is left, and when that starts anew.
  std::pair<std::int64_t, duration> take(time_point now) {
    const auto begins = [&](time_point at) { return counts == counting::sliding ? at : start + (at - start) / allows.per * allows.per; };
    while (!inside.empty() && begins(inside.front()) + allows.per <= now) inside.pop_front();
    const auto left = allows.requests - std::ssize(inside) - 1;
    if (left < 0) ++refused;
    if (left >= 0) inside.push_back(now);
    const time_point resets = begins(inside.front()) + allows.per;
    const time_point told =
        tells == telling::unix_seconds ? std::chrono::ceil<seconds>(resets) : now + std::chrono::ceil<seconds>(resets - now);
    return {std::max<std::int64_t>(left, 0), told - now};
  }
};

struct on_the_wire {
  admission of;
  time_point ends;
  std::pair<std::int64_t, duration> says;
};

/// Requests of a backlog in three minutes, but for a lull of 600 ms; those of the first half minute do not count.
int sent_under_backlog(const std::vector<providers::limit>& own, telling_provider& provider) {
  gate through(100, own, 100);
  std::deque<on_the_wire> out;
  int sent = 0;
  bool had_lull = false;
  for (time_point now = start; now < start + minutes{3};) {
    for (; !out.empty() && out.front().ends <= now; out.pop_front()) {
      const on_the_wire& came = out.front();
      tell(through, came.of, came.says.first, came.says.second - provider.latency, now);
      end(through, came.of, providers::verdict::delivered, now);
      through.leave();
    }
    if (!had_lull && now >= start + seconds{20}) {
      had_lull = true;
      now += milliseconds{600};
      continue;
    }
    const auto admitted = through.admit(now);
    if (admitted) {
      through.send(now);
      out.push_back({*admitted, now + provider.latency, provider.take(now)});
      sent += now >= start + seconds{30} ? 1 : 0;
      continue;
    }
    auto next = through.ask_again_at(now);
    if (!out.empty() && (!next || out.front().ends < *next)) next = out.front().ends;
    now = next.value();
  }
  return sent;
}

TEST(gate_told_test, what_a_provider_tells_costs_little_of_a_limit_that_is_its_own_too) {
  struct use {
    providers::limit own, allowed;
  };
  for (const use& each : std::vector<use>{{{300, seconds{10}}, {300, seconds{10}}},
                                          {{50, seconds{1}}, {50, seconds{1}}},
                                          {{45, seconds{1}}, {50, seconds{1}}},
                                          {{90, seconds{2}}, {100, seconds{2}}},
                                          {{30, seconds{1}}, {50, seconds{1}}}})
    for (const counting counts : {counting::sliding, counting::fixed})
      for (const telling tells : {telling::unix_seconds, telling::seconds_to_go})
        for (const duration latency : {duration{milliseconds{1}}, duration{milliseconds{20}}, duration{milliseconds{200}}}) {
          telling_provider provider{.allows = each.allowed, .counts = counts, .tells = tells, .latency = latency};
          const int sent = sent_under_backlog({each.own}, provider);
          const double allowed = 150.0 * each.own.requests / std::chrono::duration<double>(each.own.per).count();
          // Requests on the wire may not be counted yet in what is told: many of them leave less of a short window.
          const double least = latency > milliseconds{20} ? 0.7 : 0.95;
          EXPECT_GE(sent, least * allowed) << each.own.requests << " of " << each.allowed.requests << ", " << static_cast<int>(counts)
                                           << ", " << static_cast<int>(tells) << ", " << latency / milliseconds{1} << " ms";
          EXPECT_EQ(provider.refused, 0);
        }
}

TEST(gate_told_test, answers_in_reverse_order_let_no_more_leave) {
  gate through(100, {}, 100);
  admission sent[4];
  for (admission& each : sent) each = start_request(through, start);
  for (int left = 0; left < 4; ++left) {
    tell(through, sent[3 - left], left, hours{1});
    through.leave();
    EXPECT_EQ(through.state(start), gate_state::limited);
  }
}

TEST(gate_told_test, what_is_left_is_shared_by_the_workers_of_the_group) {
  gate through(100, {}, 100);
  through.set_share({{0}, 4}, start, noon);
  tell(through, start_request(through, start), 8, seconds{9});
  through.leave();
  EXPECT_EQ(admit_all(through), 2);
  EXPECT_EQ(through.state(start), gate_state::limited);
}

TEST(gate_told_test, another_share_counts_of_what_was_told_before) {
  gate through(100, {}, 100);
  tell(through, start_request(through, start), 40, hours{1});
  through.leave();
  through.set_share({{0}, 4}, start, noon);
  EXPECT_EQ(admit_all(through), 10);
}

TEST(gate_told_test, those_that_do_not_leave_take_nothing_of_what_is_left) {
  gate through(100, {}, 100);
  tell(through, start_request(through, start), 2, hours{1});
  through.leave();
  for (int each = 0; each < 3; ++each) {
    const auto admitted = through.admit(start);
    ASSERT_TRUE(admitted);
    each % 2 == 0 ? through.cancel() : through.put_back(*admitted, start);
    through.leave();
  }
  EXPECT_EQ(admit_all(through), 2);
}

TEST(gate_told_test, wait_and_what_is_left_are_both_waited_for) {
  gate through(100, {}, 100);
  tell(through, start_request(through, start), 0, hours{1});
  through.hold_until(start + minutes{5});
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::waiting);
  EXPECT_EQ(through.state(start + minutes{5}), gate_state::limited);
  EXPECT_EQ(through.ask_again_at(start + minutes{5}), again{start + hours{1}});
}

TEST(gate_told_test, after_a_wait_one_at_a_time_asks_whether_it_is_over) {
  gate through(8, {}, 8);
  through.hold_until(start + seconds{5});
  const time_point later = start + seconds{5};
  const admission first = start_request(through, later);
  EXPECT_EQ(through.state(later), gate_state::waiting);
  EXPECT_EQ(through.ask_again_at(later), std::nullopt);
  end(through, first, providers::verdict::wait, later);
  through.hold_until(later + seconds{5});
  through.leave();
  EXPECT_EQ(through.ask_again_at(later), again{later + seconds{5}});
  const admission second = start_request(through, later + seconds{5});
  EXPECT_FALSE(through.admit(later + seconds{5}));
  end(through, second, providers::verdict::delivered, later + seconds{6});
  through.leave();
  EXPECT_GT(admit_all(through, later + seconds{6}), 1);
}

TEST(gate_told_test, one_that_asks_and_does_not_come_to_know_makes_way_for_the_next) {
  gate through(8, {}, 8);
  const admission slow = start_request(through, start);
  through.hold_until(start + seconds{5});
  const time_point later = start + seconds{5};
  ASSERT_TRUE(through.admit(later)) << "one that left before the wait is in nobody's way";
  EXPECT_FALSE(through.admit(later));
  through.cancel();
  through.leave();
  const admission third = start_request(through, later);
  through.judge({.of = third, .is = providers::verdict::retry, .error = transport_error::connection_lost, .change = 2}, later, 0);
  through.leave();
  start_request(through, later);
  end(through, slow, providers::verdict::delivered, later);
  through.leave();
  EXPECT_FALSE(through.admit(later)) << "an answer to what left before the wait does not say that it is over";
  through.leave();
  EXPECT_TRUE(through.admit(later)) << "cut off here, without a word";
}

}  // namespace
}  // namespace leadrelay::delivery
