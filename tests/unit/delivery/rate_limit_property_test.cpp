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

/// The rate limit as its header tells it: every send is kept for ever and counted anew for every question.
class reference {
 public:
  explicit reference(std::vector<limit> limits) : limits_(std::move(limits)) {}

  bool open(time_point now) const {
    return std::all_of(limits_.begin(), limits_.end(), [&](const limit& each) { return open(each, now); });
  }

  std::optional<time_point> opens_at(time_point now) const {
    std::optional<time_point> latest = now;
    for (const limit& each : limits_) {
      const auto at = opens_at(each, now);
      if (!at) return std::nullopt;
      latest = std::max(*latest, *at);
    }
    return latest;
  }

  /// At most `n` in any window of `per`, whatever the shares were: the closest n + 1 sends span more than `per`.
  bool within_limits() const {
    for (const limit& each : limits_)
      for (std::size_t first = 0; first + static_cast<std::size_t>(each.requests) < sent.size(); ++first)
        if (sent[first + static_cast<std::size_t>(each.requests)] - sent[first] <= each.per) return false;
    return true;
  }

  std::size_t reserved = 0;
  std::vector<time_point> sent;
  int owned = 1;
  int total = 1;

 private:
  std::size_t most(const limit& of) const { return static_cast<std::size_t>(std::max(1, of.requests * owned / total)); }

  duration length(const limit& of) const {
    const duration whole = of.per + std::min<duration>(of.per / 20, milliseconds{5});
    if (of.requests * owned >= total) return whole;
    const std::int64_t requests = static_cast<std::int64_t>(of.requests) * owned;
    return duration{(whole.count() * total + requests - 1) / requests + 1};
  }

  bool open(const limit& of, time_point now) const {
    const auto in_window = std::count_if(sent.begin(), sent.end(), [&](time_point at) { return now - at < length(of); });
    return reserved + static_cast<std::size_t>(in_window) < most(of);
  }

  std::optional<time_point> opens_at(const limit& of, time_point now) const {
    if (open(of, now)) return now;
    for (const time_point at : sent)  // ascending, and a window opens only when something leaves it
      if (at + length(of) > now && open(of, at + length(of))) return at + length(of);
    return std::nullopt;
  }

  std::vector<limit> limits_;
};

std::vector<limit> random_limits(dice& random) {
  std::vector<limit> limits;
  const auto windows = random.between(1, 3);
  for (std::int64_t each = 0; each < windows; ++each)
    limits.push_back({static_cast<int>(random.between(1, 12)), random.between(milliseconds{1}, milliseconds{400})});
  return limits;
}

/// A random schedule of one limit and its reference, step by step.
class schedule {
 public:
  schedule(std::uint64_t seed, bool shares)
      : random_(seed),
        shares_(shares),
        limits_(random_limits(random_)),
        tried_(limits_),
        model_(limits_) {}

  void step() {
    advance();
    ASSERT_EQ(tried_.open(now_), model_.open(now_));
    ASSERT_EQ(tried_.opens_at(now_), model_.opens_at(now_));
    if (shares_ && random_.once_in(15)) return change_share();
    if (model_.reserved > 0 && random_.once_in(2)) return end_reservation();
    if (!tried_.open(now_)) return;
    tried_.reserve();
    ++model_.reserved;
  }

  const reference& model() const noexcept { return model_; }

 private:
  void advance() {
    const auto opens = model_.opens_at(now_);
    // Often exactly where a window opens, or just before, for that is where a mistake would show.
    if (opens && random_.once_in(3)) {
      now_ = std::max(now_, *opens - (random_.once_in(2) ? nanoseconds{1} : nanoseconds{0}));
    } else if (random_.once_in(2)) {
      now_ += random_.between(nanoseconds{0}, milliseconds{20});
    } else if (random_.once_in(20)) {
      now_ += random_.between(nanoseconds{0}, seconds{2});
    }
  }

  void change_share() {
    model_.total = static_cast<int>(random_.between(1, 40));
    model_.owned = static_cast<int>(random_.between(1, model_.total));
    tried_.set_share(model_.owned, model_.total);
  }

  void end_reservation() {
    --model_.reserved;
    if (random_.once_in(5)) return tried_.cancel();
    tried_.send(now_);
    model_.sent.push_back(now_);
  }

  dice random_;
  bool shares_;
  std::vector<limit> limits_;
  rate_limit tried_;
  reference model_;
  time_point now_ = start;
};

TEST(rate_limit_property_test, random_schedules_agree_with_counting_every_window_anew) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    schedule run(seed, false);
    for (int step = 0; step < 300 && !testing::Test::HasFatalFailure(); ++step) run.step();
    ASSERT_FALSE(testing::Test::HasFatalFailure());
    EXPECT_TRUE(run.model().within_limits());
  }
}

TEST(rate_limit_property_test, random_schedules_with_changing_shares_agree_with_counting_every_window_anew) {
  for (std::uint64_t seed = 1001; seed <= 1300; ++seed) {
    SCOPED_TRACE(seed);
    schedule run(seed, true);
    for (int step = 0; step < 300 && !testing::Test::HasFatalFailure(); ++step) run.step();
    ASSERT_FALSE(testing::Test::HasFatalFailure());
    EXPECT_TRUE(run.model().within_limits());
  }
}

struct use_case {
  const char* name;
  std::vector<limit> limits;
  double most_per_second;  ///< what the limits allow in the long run
  int owned;
  int total;
};

const std::vector<use_case>& use_cases() {
  static const std::vector<use_case> all{
      {"one a millisecond", {{1, milliseconds{1}}}, 1000, 1, 1},
      {"ten a second", {{10, seconds{1}}}, 10, 1, 1},
      {"hundred an hour", {{100, hours{1}}}, 100.0 / 3600, 1, 1},
      {"twentieth at its worst", {{3, milliseconds{100}}}, 30, 1, 1},
      {"short and long", {{5, milliseconds{100}}, {600, minutes{1}}}, 10, 1, 1},
      {"short one decides", {{1, seconds{1}}, {1000, minutes{1}}}, 1, 1, 1},
      {"half of it", {{10, seconds{1}}}, 5, 2, 4},
      {"a quarter of a request", {{10, seconds{1}}}, 0.25, 1, 40},
      {"a seventh of a request", {{1, milliseconds{50}}}, 20.0 / 7, 1, 7},
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
    through.set_share(each.owned, each.total);
    const duration longest =
        std::max_element(each.limits.begin(), each.limits.end(), [](const limit& a, const limit& b) { return a.per < b.per; })->per;
    const duration span = 400 * longest * each.total / each.owned;
    const auto sent = send_under_backlog(through, start + span);
    const double allowed = each.most_per_second * std::chrono::duration<double>(span).count();
    EXPECT_GE(static_cast<double>(sent.size()), 0.95 * allowed);
    reference model(each.limits);
    model.sent = sent;
    EXPECT_TRUE(model.within_limits());
  }
}

// Connections take a while to open; the window is counted from when a request leaves.
TEST(rate_limit_property_test, backlog_with_slow_connections_uses_95_percent_and_keeps_the_limit) {
  dice random(7);
  const std::vector<limit> limits{{10, seconds{1}}};
  gate through(16, limits);
  std::deque<time_point> connecting;  // in the order in which they will leave
  reference model(limits);
  const time_point end = start + seconds{1000};
  for (time_point now = start; now < end; now += milliseconds{1}) {
    while (!connecting.empty() && connecting.front() <= now) {
      through.send(now);
      through.leave();
      model.sent.push_back(now);
      connecting.pop_front();
    }
    while (through.admit(now)) connecting.push_back(now + random.between(milliseconds{0}, milliseconds{30}));
    std::sort(connecting.begin(), connecting.end());
  }
  EXPECT_GE(model.sent.size(), 9500u);
  EXPECT_TRUE(model.within_limits());
}

}  // namespace
}  // namespace leadrelay::delivery
