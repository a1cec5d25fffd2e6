#include <algorithm>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/gate.hpp"
#include "unit/delivery/moments.hpp"
#include "unit/delivery/printing.hpp"

// Limits and concurrency that change while requests come and go.
namespace leadrelay::delivery {
namespace {

using providers::limit;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

constexpr wall_time noon{hours{24 * 365 * 56}};
constexpr int ample = 100'000;

/// A gate with a backlog behind it, and each request that has left.
struct busy_account {
  gate through;
  time_point now = start;
  std::vector<time_point> sent{};

  explicit busy_account(const std::vector<limit>& limits) : through(ample, limits, ample) {}

  void set_limits(const std::vector<limit>& limits) { through.set_bounds(ample, limits, now, wall()); }
  wall_time wall() const { return noon + std::chrono::floor<milliseconds>(now - start); }

  /// Sends what may leave until then.
  void run_until(time_point end) {
    while (now < end) {
      while (through.admit(now)) send();
      now = std::min(through.ask_again_at(now).value_or(end), end);
    }
  }
  void run_for(duration time) { run_until(now + time); }

  void send() {
    const bool left = through.send(now);
    if (left) sent.push_back(now);
    if (!left) through.cancel();
    through.leave();
  }

  /// How many have left within the window that ends now.
  std::int64_t within(duration per) const {
    return std::ranges::count_if(sent, [&](time_point each) { return each > now - per && each <= now; });
  }
  /// How many there are at most in any window that ends after `from`.
  std::int64_t most_within(duration per, time_point from) const {
    std::int64_t most = 0;
    for (const time_point last : sent)
      if (last > from)
        most =
            std::max(most, std::int64_t{std::ranges::count_if(sent, [&](time_point each) { return each > last - per && each <= last; })});
    return most;
  }
};

TEST(changed_bounds, a_stricter_limit_holds_at_once_and_counts_what_was_sent_before) {
  busy_account account({{100, 1h}});
  account.run_for(40min);
  ASSERT_GT(account.sent.size(), 60u);
  const time_point changed = account.now;
  account.set_limits({{50, 1h}});
  account.run_for(3h);
  EXPECT_LE(account.most_within(1h, changed), 50);
  EXPECT_GE(account.within(1h), 47) << "and is used";
}

TEST(changed_bounds, a_looser_limit_counts_what_was_sent_before) {
  busy_account account({{10, 1min}});
  account.run_for(5min);
  const time_point changed = account.now;
  account.set_limits({{30, 1min}});
  account.run_for(30s);
  EXPECT_GT(account.within(30s), 9) << "what is more is to be had at once";
  account.run_for(10min);
  EXPECT_LE(account.most_within(1min, changed), 30);
  EXPECT_GE(account.within(1min), 28);
}

TEST(changed_bounds, a_shorter_window_counts_what_has_left_within_it) {
  busy_account account({{10'000, 1h}});
  account.run_for(100ms);
  ASSERT_GE(account.sent.size(), 100u) << "a hundredth at once";
  const time_point changed = account.now;
  account.set_limits({{20, 10s}});
  account.run_for(9s);
  EXPECT_EQ(account.most_within(10s, changed), 0);
  account.run_for(5min);
  EXPECT_LE(account.most_within(10s, changed), 20);
  EXPECT_GE(account.within(10s), 19);
}

TEST(changed_bounds, a_longer_window_than_any_before_begins_as_in_a_new_worker) {
  for (const std::vector<limit>& before : {std::vector<limit>{}, std::vector<limit>{{10, 1s}}}) {
    busy_account account(before);
    account.now += 1h;
    account.through.set_share({}, account.now, account.wall());
    account.set_limits({{100, 1h}});
    account.run_for(3min);
    EXPECT_EQ(account.within(3min), 0) << "who sent how many before is not known";
    account.run_for(5h);
    EXPECT_GE(account.within(1h), 97);
    EXPECT_LE(account.most_within(1h, start), 100);
  }
}

TEST(changed_bounds, a_limit_that_stays_stays_as_it_is_beside_one_that_comes) {
  busy_account account({{100, 1h}});
  account.run_for(2h);
  busy_account alone = account;
  account.set_limits({{100, 1h}, {90, 30min}});
  account.run_for(2h);
  alone.run_for(2h);
  EXPECT_EQ(account.sent, alone.sent) << "which never is what stands in the way";
}

TEST(changed_bounds, no_limit_any_more_lets_all_leave) {
  busy_account account({{1, 1h}});
  account.run_for(1min);
  account.set_limits({});
  ASSERT_EQ(account.through.state(account.now), gate_state::flowing);
}

/// From `least` to three limits, of `most_requests` at most, and one that reaches back far enough for all that come.
std::vector<limit> any_limits(dice& random, int least, int most_requests) {
  std::vector<limit> out;
  for (std::int64_t count = random.between(least, 3); count > 0; --count)
    out.push_back({static_cast<int>(random.between(1, most_requests)), random.once_in(2)   ? duration{1s}
                                                                       : random.once_in(2) ? duration{10s}
                                                                                           : 1min});
  out.push_back({400, 1min});
  return out;
}

/// No window that ends with what was sent from that one on holds more than it may.
void look_at_windows(busy_account seen, std::size_t from, const std::vector<limit>& limits) {
  for (std::size_t at = from; at < seen.sent.size(); ++at) {
    seen.now = seen.sent[at];
    for (const limit& each : limits) ASSERT_LE(seen.within(each.per), each.requests);
  }
}

/// Whatever comes after what, no window of a limit that has been there for as long holds more than it may.
TEST(changed_bounds, any_changes_let_no_window_hold_more_than_it_may) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    dice random(seed);
    const auto some = [&] { return any_limits(random, 1, 40); };
    std::vector<limit> limits = some();
    busy_account account(limits);
    for (int change = 0; change < 12; ++change) {
      account.run_for(random.between(duration{1ms}, duration{40s}));
      std::optional<admission> on_its_way;
      if (random.once_in(3)) on_its_way = account.through.admit(account.now);
      limits = some();
      account.set_limits(limits);
      if (on_its_way) {
        account.through.put_back(*on_its_way, account.now);
        account.through.leave();
      }
      const std::size_t before = account.sent.size();
      account.run_for(random.between(duration{1ms}, duration{90s}));
      ASSERT_NO_FATAL_FAILURE(look_at_windows(account, before, limits)) << "seed " << seed << ", change " << change;
    }
  }
}

TEST(changed_bounds, any_changes_of_limits_that_go_by_turns_let_no_window_hold_more_than_it_may) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    dice random(seed);
    const auto some = [&] { return any_limits(random, 0, 14); };
    std::vector<limit> limits = some();
    busy_account account(limits);
    account.through.set_share({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 12}, account.now, account.wall());
    for (int change = 0; change < 12; ++change) {
      account.run_for(random.between(duration{1ms}, duration{200s}));
      limits = some();
      account.set_limits(limits);
      const std::size_t before = account.sent.size();
      account.run_for(random.between(duration{1ms}, duration{200s}));
      ASSERT_NO_FATAL_FAILURE(look_at_windows(account, before, limits)) << "seed " << seed << ", change " << change;
    }
  }
}

TEST(changed_bounds, a_limit_that_goes_by_turns_goes_on_beside_one_that_comes_and_goes) {
  busy_account account({{3, 10s}});
  account.through.set_share({{0, 1, 2, 3, 4, 5}, 6}, account.now, account.wall());
  account.run_for(1min);
  for (int change = 0; change < 6; ++change) {
    account.set_limits({{3, 10s}, {1, 4s}});
    account.run_for(1min);
    EXPECT_GE(account.within(50s), 11);
    account.set_limits({{3, 10s}});
    account.run_for(1min);
    EXPECT_GE(account.within(1min), 16) << "the wait of the other one is over with it";
  }
}

TEST(changed_bounds, a_reload_that_leaves_the_limits_leaves_the_turns) {
  busy_account account({{3, 10s}});
  account.through.set_share({{0, 1, 2, 3, 4, 5}, 6}, account.now, account.wall());
  for (int reload = 0; reload < 60; ++reload) {
    account.run_for(1s);
    account.set_limits({{3, 10s}});
  }
  EXPECT_GE(account.within(1min), 16);
}

TEST(changed_bounds, a_limit_that_goes_by_turns_holds_while_another_comes_and_goes) {
  dice random(3);
  busy_account account({{3, 10s}});
  account.through.set_share({{0, 1, 2, 3, 4, 5}, 6}, account.now, account.wall());
  for (int change = 0; change < 200; ++change) {
    account.run_for(random.between(duration{1s}, duration{20s}));
    account.set_limits(change % 2 == 0 ? std::vector<limit>{{3, 10s}, {1, 4s}} : std::vector<limit>{{3, 10s}});
  }
  EXPECT_LE(account.most_within(10s, start), 3);
}

TEST(changed_bounds, what_was_admitted_before_and_is_put_back_takes_nothing_of_the_new_limit) {
  for (const std::vector<limit>& after : {std::vector<limit>{{3, 10s}}, std::vector<limit>{{3, 2h}}, std::vector<limit>{{2, 1h}}}) {
    busy_account account({{3, 1h}});
    const auto first = account.through.admit(account.now);
    ASSERT_TRUE(first);
    account.set_limits(after);
    account.through.put_back(*first, account.now);
    account.through.leave();
    account.run_for(10h);
    EXPECT_LE(account.most_within(after[0].per, start), after[0].requests);
    EXPECT_GE(account.within(after[0].per), after[0].requests - 1);
  }
}

TEST(changed_bounds, a_limit_that_is_to_go_by_turns_begins_a_window_later) {
  gate through(ample, {{12, 1min}}, ample);
  through.set_share({{0, 1, 2, 3, 4, 5}, 6}, start, noon);
  time_point now = start + 1h;
  through.set_bounds(ample, {{3, 1min}}, now, noon + 1h);
  EXPECT_GE(through.ask_again_at(now).value_or(start), now + 1min);
  through.set_share({{0, 1}, 6}, now + 30s, noon + 1h + 30s);
  EXPECT_GE(through.ask_again_at(now + 30s).value_or(start), now + 1min) << "through a rebalance too";
  EXPECT_LE(through.ask_again_at(now + 30s).value_or(start), now + 3min);
}

TEST(changed_bounds, less_concurrency_holds_at_once_and_more_is_grown_into) {
  gate through(8, {}, 8);
  for (int request = 0; request < 8; ++request) {
    ASSERT_TRUE(through.admit(start));
    through.send(start);
  }
  through.set_bounds(3, {}, start, noon);
  EXPECT_EQ(through.concurrency(), 3);
  for (int left = 8; left > 3; --left) {
    EXPECT_EQ(through.state(start), gate_state::busy);
    through.leave();
  }
  EXPECT_EQ(through.state(start), gate_state::busy) << "three are in flight";
  through.leave();
  EXPECT_EQ(through.state(start), gate_state::flowing);
  through.set_bounds(100, {}, start, noon);
  EXPECT_EQ(through.limit(), 3);
  time_point now = start;
  while (through.in_flight() > 0) through.leave();
  for (int round = 0; round < 200; ++round, now += 100ms) {
    std::vector<admission> all;
    while (auto one = through.admit(now)) {
      through.send(now);
      all.push_back(*one);
    }
    for (const admission& each : all) {
      through.judge({.of = each, .is = providers::verdict::delivered, .status = 200, .sent = each.at, .change = 1}, now + 50ms, 0);
      through.leave();
    }
  }
  EXPECT_GT(through.limit(), 30);
}

TEST(changed_bounds, other_bounds_leave_what_is_known_of_the_provider_and_another_provider_does_not) {
  gate through(10, {}, 10);
  const auto first = through.admit(start);
  ASSERT_TRUE(first);
  through.send(start);
  const providers::told_limit told[] = {{0, 1h}};
  through.tell_limits(*first, told, start);
  through.leave();
  through.refuse_credential(start);
  through.hold_until(start + 10min);
  through.set_bounds(5, {{100, 1h}}, start, noon);
  EXPECT_TRUE(through.credential_refused());
  through.accept_credential();
  EXPECT_EQ(through.state(start + 1min), gate_state::waiting);
  through.set_bounds(5, {}, start, noon);
  EXPECT_EQ(through.state(start + 11min), gate_state::limited) << "none is left, as the provider has told";
  through.go_elsewhere(start + 1min);
  EXPECT_EQ(through.state(start + 1min), gate_state::flowing);
}

TEST(changed_bounds, another_provider_is_tried_at_once_though_the_former_one_failed) {
  gate through(10, {}, 10);
  std::uint64_t change = 0;
  while (through.breaker_now(start) == breaker_state::closed) {
    const auto one = through.admit(start);
    ASSERT_TRUE(one);
    through.send(start);
    through.judge({.of = *one, .is = providers::verdict::retry, .status = 500, .sent = start, .change = ++change}, start, 0);
    through.leave();
  }
  EXPECT_EQ(through.state(start), gate_state::breaker_open);
  through.go_elsewhere(start);
  EXPECT_EQ(through.state(start), gate_state::flowing);
  ASSERT_TRUE(through.admit(start));
  EXPECT_EQ(through.state(start), gate_state::breaker_open) << "one at a time";
}

}  // namespace
}  // namespace leadrelay::delivery
