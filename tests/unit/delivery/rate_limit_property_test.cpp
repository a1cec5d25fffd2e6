#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/gate.hpp"
#include "delivery/rate_limit.hpp"
#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using providers::limit;

constexpr wall_time noon{hours{24 * 365 * 56}};

/// Whether no window holds more than it may: the closest n + 1 sends span more than `per`.
testing::AssertionResult within(const std::vector<limit>& limits, const std::vector<time_point>& sent) {
  for (const limit& each : limits)
    for (std::size_t first = 0; first + static_cast<std::size_t>(each.requests) < sent.size(); ++first)
      if (sent[first + static_cast<std::size_t>(each.requests)] - sent[first] <= each.per)
        return testing::AssertionFailure() << each.requests + 1 << " from " << (sent[first] - start).count() << " ns within "
                                           << each.per.count() << " ns";
  return testing::AssertionSuccess();
}

/// Workers of a group under backlog, whose partitions pass from one to another now and then; some have nothing to send for a while.
class group {
 public:
  group(std::uint64_t seed, std::vector<limit> limits, int partitions, duration longest_lull = {})
      : random_(seed),
        longest_lull_(longest_lull),
        limits_(std::move(limits)),
        owner_(static_cast<std::size_t>(partitions)),
        workers_(4, member{rate_limit(limits_)}) {
    for (member& each : workers_) each.may.set_share({{}, partitions}, now_, noon);
    rebalance();
  }

  std::vector<time_point> run(duration time, duration between_rebalances) {
    const time_point end = now_ + time;
    time_point next_rebalance = now_ + between_rebalances;
    while (now_ < end) {
      if (now_ >= next_rebalance) {
        rebalance();
        next_rebalance = now_ + random_.between(duration{1}, 2 * between_rebalances);
      }
      now_ = std::min({send_all(), next_rebalance, end});
    }
    return sent_;
  }

 private:
  struct member {
    rate_limit may;
    time_point has_nothing_until{};
  };

  /// When the next worker may send.
  time_point send_all() {
    time_point next = time_point::max();
    for (auto& [may, has_nothing_until] : workers_) {
      if (has_nothing_until > now_) {
        next = std::min(next, has_nothing_until);
        continue;
      }
      while (may.open(now_)) {
        may.reserve(now_);
        may.send(now_);
        sent_.push_back(now_);
      }
      may.hold_back(now_);
      if (const auto at = may.opens_at(now_)) next = std::min(next, *at);
    }
    return next;
  }

  void rebalance() {
    const std::int64_t members = random_.between(1, static_cast<std::int64_t>(workers_.size()));
    for (std::size_t& each : owner_)
      if (each >= static_cast<std::size_t>(members) || random_.once_in(3)) each = static_cast<std::size_t>(random_.between(0, members - 1));
    for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
      limit_share share{.owned = {}, .total = static_cast<int>(owner_.size())};
      for (std::size_t partition = 0; partition < owner_.size(); ++partition)
        if (owner_[partition] == worker) share.owned.push_back(static_cast<int>(partition));
      workers_[worker].may.set_share(share, now_, noon + std::chrono::duration_cast<milliseconds>(now_ - start));
      if (longest_lull_ > duration{} && random_.once_in(4))
        workers_[worker].has_nothing_until = now_ + random_.between(duration{}, longest_lull_);
    }
  }

  dice random_;
  duration longest_lull_;
  std::vector<limit> limits_;
  std::vector<std::size_t> owner_;
  std::vector<member> workers_;
  std::vector<time_point> sent_;
  time_point now_ = start;
};

TEST(rate_limit_property_test, no_window_holds_more_than_it_may_while_partitions_change_hands) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    dice random(seed);
    const std::vector<limit> limits{
        {static_cast<int>(random.between(1, 60)), random.between(milliseconds{100}, seconds{2})},
        {static_cast<int>(random.between(20, 200)), random.between(seconds{2}, seconds{random.once_in(3) ? 60 : 10})}};
    const duration longest_lull = random.once_in(2) ? limits[1].per : duration{};
    group tried(seed, limits, static_cast<int>(random.between(1, 12)), longest_lull);
    const auto sent = tried.run(seconds{120}, random.between(milliseconds{100}, seconds{20}));
    ASSERT_TRUE(within(limits, sent));
  }
}

TEST(rate_limit_property_test, no_window_of_limits_that_go_by_turns_holds_more_than_it_may_while_partitions_change_hands) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    dice random(seed);
    std::vector<limit> limits;
    for (std::int64_t count = random.between(2, 4); count > 0; --count)
      limits.push_back({static_cast<int>(random.between(1, 14)), random.between(milliseconds{100}, seconds{random.once_in(3) ? 60 : 5})});
    group tried(seed, limits, 12, random.once_in(2) ? duration{seconds{10}} : duration{});
    const auto sent = tried.run(seconds{300}, random.between(milliseconds{100}, seconds{20}));
    ASSERT_TRUE(within(limits, sent));
  }
}

TEST(rate_limit_property_test, group_whose_limits_go_by_turns_uses_95_percent_of_the_slowest) {
  for (const std::vector<limit>& limits : std::vector<std::vector<limit>>{{{1, seconds{1}}, {30, minutes{1}}},
                                                                          {{3, seconds{10}}, {10, minutes{1}}},
                                                                          {{5, minutes{1}}, {10, hours{24}}},
                                                                          {{1, seconds{1}}, {1, seconds{12}}},
                                                                          {{40, hours{1}}, {20, minutes{1}}, {2, seconds{1}}}}) {
    const auto slowest = std::ranges::max_element(limits, {}, [](const limit& each) { return each.per / each.requests; });
    group tried(5, limits, 48);
    const auto sent = tried.run(200 * slowest->per, 50 * slowest->per);
    EXPECT_GE(static_cast<double>(sent.size()), 0.95 * 199 * slowest->requests) << slowest->requests;
    EXPECT_TRUE(within(limits, sent));
  }
}

/// Neighbouring partitions' turns come about evenly, so that the pace of the other limit lets few of them pass.
TEST(rate_limit_property_test, limit_that_goes_by_turns_beside_one_that_does_not_costs_little) {
  for (const std::vector<limit>& limits : std::vector<std::vector<limit>>{{{1, seconds{1}}, {100, minutes{1}}},
                                                                          {{5, seconds{1}}, {50, minutes{1}}},
                                                                          {{20, seconds{1}}, {1000, minutes{1}}},
                                                                          {{5, seconds{1}}, {200, minutes{1}}, {1000, hours{1}}}}) {
    const auto slowest = std::ranges::max_element(limits, {}, [](const limit& each) { return each.per / each.requests; });
    rate_limit quarter(limits);
    limit_share share{.owned = {}, .total = 48};
    for (int each = 12; each < 24; ++each) share.owned.push_back(each);
    quarter.set_share(share, start, noon);
    std::int64_t sent = 0;
    const duration span = std::max(50 * slowest->per, duration{hours{1}});
    for (time_point now = start; now < start + span; now = quarter.opens_at(now).value()) {
      while (quarter.open(now)) {
        quarter.reserve(now);
        quarter.send(now);
        ++sent;
      }
      quarter.hold_back(now);
    }
    const auto windows = static_cast<double>(span.count()) / static_cast<double>(slowest->per.count());
    EXPECT_GE(static_cast<double>(sent), 0.9 * windows / 4 * slowest->requests) << slowest->requests;
  }
}

TEST(rate_limit_property_test, group_that_is_at_peace_uses_95_percent) {
  for (const limit& each : std::vector<limit>{{50, seconds{1}}, {300, seconds{10}}, {3, seconds{2}}, {7, seconds{1}}}) {
    group tried(11, {each}, 6);
    const auto sent = tried.run(100 * each.per, hours{1});
    EXPECT_GE(static_cast<double>(sent.size()), 0.95 * 98 * each.requests) << each.requests;
    EXPECT_TRUE(within({each}, sent));
  }
}

TEST(rate_limit_property_test, group_whose_partitions_change_hands_each_window_uses_90_percent) {
  for (const limit& each : std::vector<limit>{{50, seconds{1}}, {300, seconds{10}}, {100, hours{1}}}) {
    group tried(11, {each}, 8);
    const auto sent = tried.run(200 * each.per, each.per);
    EXPECT_GE(static_cast<double>(sent.size()), 0.9 * 200 * each.requests) << each.requests;
    EXPECT_TRUE(within({each}, sent));
  }
}

/// Several workers, each with every so-manieth partition, have a backlog for so long, then a lull at whose end they send all they may,
/// whereupon one new worker has all of it.
std::vector<time_point> hand_over_at_the_worst_moment(const limit& of, int partitions, int owners, duration busy, duration lull) {
  std::vector<rate_limit> workers(static_cast<std::size_t>(owners + 1), rate_limit({of}));
  const auto share = [&](std::size_t worker, const limit_share& now_has, time_point now) {
    workers[worker].set_share(now_has, now, noon + std::chrono::duration_cast<milliseconds>(now - start));
  };
  for (std::size_t worker = 0; worker < workers.size(); ++worker) {
    share(worker, {{}, partitions}, start);
    limit_share mine{.owned = {}, .total = partitions};
    if (worker < static_cast<std::size_t>(owners))
      for (int each = static_cast<int>(worker); each < partitions; each += owners) mine.owned.push_back(each);
    share(worker, mine, start);
  }
  std::vector<time_point> sent;
  const auto send_all = [&](rate_limit& from, time_point now, time_point until) {
    for (; now <= until; now = std::max(now, from.opens_at(now).value_or(time_point::max()))) {
      for (; from.open(now); sent.push_back(now)) {
        from.reserve(now);
        from.send(now);
      }
      from.hold_back(now);
    }
  };
  const time_point handed = start + 4 * of.per;
  for (int worker = 0; worker < owners; ++worker) {
    send_all(workers[static_cast<std::size_t>(worker)], handed - lull - busy, handed - lull);
    send_all(workers[static_cast<std::size_t>(worker)], handed, handed);
    share(static_cast<std::size_t>(worker), {{}, partitions}, handed);
  }
  limit_share all{.owned = {}, .total = partitions};
  for (int each = 0; each < partitions; ++each) all.owned.push_back(each);
  share(workers.size() - 1, all, handed);
  send_all(workers.back(), handed, handed + 3 * of.per);
  std::ranges::sort(sent);
  return sent;
}

TEST(rate_limit_property_test, no_window_holds_more_than_it_may_where_all_former_owners_send_at_the_very_end) {
  for (const limit& each :
       std::vector<limit>{{300, seconds{10}}, {100, seconds{10}}, {50, seconds{10}}, {50, seconds{1}}, {12, seconds{1}}})
    for (int partitions : {1, 2, 3, 5, 6, 8, 12})
      for (int owners = 1; owners <= std::min(partitions, 6); ++owners)  // of more, who takes over does not take account in full
        for (const duration busy : {each.per * 3, each.per * 9 / 10, each.per * 2 / 3})
          for (int lull = 0; lull <= 20; ++lull) {
            const auto sent = hand_over_at_the_worst_moment(each, partitions, owners, busy, each.per * lull / 60);
            ASSERT_TRUE(within({each}, sent)) << each.requests << ", " << partitions << ", " << owners << ", " << busy / milliseconds{1}
                                              << ", " << lull;
          }
}

struct use_case {
  const char* name;
  std::vector<limit> limits;
  double most_per_second;  ///< what the limits allow in the long run
  limit_share share{};
};

const std::vector<use_case>& use_cases() {
  static const std::vector<use_case> all{
      {"one a millisecond", {{1, milliseconds{1}}}, 1000},
      {"ten a second", {{10, seconds{1}}}, 10},
      {"hundred an hour", {{100, hours{1}}}, 100.0 / 3600},
      {"twentieth at its worst", {{3, milliseconds{100}}}, 30},
      {"short and long", {{5, milliseconds{100}}, {600, minutes{1}}}, 10},
      {"short one decides", {{1, seconds{1}}, {1000, minutes{1}}}, 1},
      {"half of it", {{10, seconds{1}}}, 5, {{1, 3}, 4}},
      {"a quarter of a request", {{10, seconds{1}}}, 0.25, {{17}, 40}},
      {"a seventh of a request", {{1, milliseconds{50}}}, 20.0 / 7, {{6}, 7}},
  };
  return all;
}

/// Sends whenever the gate admits and otherwise asks again exactly when it says.
std::vector<time_point> send_under_backlog(gate& through, time_point until) {
  std::vector<time_point> sent;
  for (time_point now = start; now < until;) {
    while (through.admit(now)) {
      through.send(now);
      through.leave();
      sent.push_back(now);
    }
    const auto again = through.ask_again_at(now);
    if (!again || *again <= now) {
      ADD_FAILURE() << "no later time to ask again at";
      break;
    }
    now = *again;
  }
  return sent;
}

TEST(rate_limit_property_test, backlog_that_asks_again_when_told_uses_95_percent) {
  for (const use_case& each : use_cases()) {
    SCOPED_TRACE(each.name);
    gate through(16, each.limits);
    through.set_share(each.share, start, noon);
    const duration longest =
        std::max_element(each.limits.begin(), each.limits.end(), [](const limit& a, const limit& b) { return a.per < b.per; })->per;
    const duration span = 400 * longest * each.share.total / static_cast<int>(each.share.owned.size());
    const auto sent = send_under_backlog(through, start + span);
    const double allowed = each.most_per_second * std::chrono::duration<double>(span).count();
    EXPECT_GE(static_cast<double>(sent.size()), 0.95 * allowed);
    EXPECT_TRUE(within(each.limits, sent));
  }
}

// Connections take a while to open; the window is counted from when a request leaves.
TEST(rate_limit_property_test, backlog_with_slow_connections_uses_95_percent_and_keeps_the_limit) {
  dice random(7);
  const std::vector<limit> limits{{10, seconds{1}}};
  gate through(16, limits);
  std::deque<time_point> connecting;  // in the order in which they will leave
  std::vector<time_point> sent;
  const time_point end = start + seconds{1000};
  for (time_point now = start; now < end; now += milliseconds{1}) {
    while (!connecting.empty() && connecting.front() <= now) {
      through.send(now);
      through.leave();
      sent.push_back(now);
      connecting.pop_front();
    }
    while (through.admit(now)) connecting.push_back(now + random.between(milliseconds{0}, milliseconds{30}));
    std::sort(connecting.begin(), connecting.end());
  }
  EXPECT_GE(sent.size(), 9500u);
  EXPECT_TRUE(within(limits, sent));
}

}  // namespace
}  // namespace leadrelay::delivery
