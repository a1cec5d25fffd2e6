#include <chrono>
#include <deque>
#include <optional>

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

/// Counts exactly and tells in whole seconds, so that what it says is left is nothing for up to a second too long.
class sliding_provider {
 public:
  void take(gate& through, const admission& of, time_point now) {
    while (!inside_.empty() && inside_.front() + seconds{10} <= now) inside_.pop_front();
    inside_.push_back(now);
    EXPECT_LE(inside_.size(), 300u);
    const time_point resets = std::chrono::ceil<seconds>(inside_.front() + seconds{10});
    tell(through, of, 300 - std::ssize(inside_), resets - now, now);
  }

 private:
  std::deque<time_point> inside_;
};

TEST(gate_told_test, what_was_not_sent_in_a_lull_costs_no_later_window) {
  gate through(100, {{300, seconds{10}}}, 100);
  sliding_provider provider;
  int since_the_lull = 0;
  bool had_lull = false;
  for (time_point now = start; now < start + minutes{3};) {
    if (!had_lull && now >= start + seconds{20}) {
      had_lull = true;
      now += milliseconds{600};
    }
    const auto admitted = through.admit(now);
    if (!admitted) {
      now = through.ask_again_at(now).value();
      continue;
    }
    through.send(now);
    provider.take(through, *admitted, now);
    end(through, *admitted, providers::verdict::delivered, now);
    through.leave();
    since_the_lull += had_lull ? 1 : 0;
  }
  EXPECT_GE(since_the_lull, 30 * 160 * 97 / 100);
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
