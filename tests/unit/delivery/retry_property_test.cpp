#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "delivery/retry.hpp"
#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

using providers::judgement;
using providers::verdict;

/// One change's life at random, with the sums that the header promises kept beside it.
class random_life {
 public:
  explicit random_life(std::uint64_t seed) : random_(seed) {
    policy_.attempts = static_cast<int>(random_.between(1, 10));
    policy_.first_wait = random_.between(milliseconds{1}, seconds{5});
    policy_.longest_wait = random_.between(milliseconds{1}, minutes{2});
    policy_.give_up_after = random_.between(milliseconds{1}, minutes{20});
    policy_.longest_retry_after = random_.between(seconds{1}, minutes{10});
    policy_.retry_unknown = random_.once_in(2);
  }

  bool alive() const noexcept { return alive_; }

  void step() {
    const judgement judged = random_judgement();
    const transport_error error = random_error(judged.is);
    if (!first_) first_ = now_;
    const bool connecting = is_connect_error(error);
    const bool counts = judged.is == verdict::retry || (judged.is == verdict::outcome_unknown && policy_.retry_unknown);
    if (counts && !connecting) ++attempts_;
    if (refused_) excused_ += now_ - *std::exchange(refused_, std::nullopt);
    const time_point give_up_at = *first_ + excused_ + policy_.give_up_after;
    const decision next = decide(policy_, so_far_, judged, error, now_, random_.fraction());
    if (judged.is == verdict::wait) return check_wait(judged, next);
    if (judged.is == verdict::credential_refused) return check_refused(next);
    if (!counts) return check_unknown(next);
    if (!connecting && attempts_ >= policy_.attempts) return check_end(next, reason::retries_exhausted);
    if (now_ >= give_up_at) return check_end(next, reason::too_old);
    check_again(judged, next, give_up_at);
  }

 private:
  judgement random_judgement() {
    constexpr verdict possible[]{verdict::retry, verdict::retry, verdict::wait, verdict::credential_refused, verdict::outcome_unknown};
    judgement out;
    out.is = possible[random_.between(0, 4)];
    if (out.is == verdict::outcome_unknown && !policy_.retry_unknown && !random_.once_in(10)) out.is = verdict::retry;
    if (random_.once_in(3)) out.retry_after = random_.between(seconds{-5}, minutes{15});
    return out;
  }

  transport_error random_error(verdict is) {
    if (is == verdict::retry) return static_cast<transport_error>(random_.between(0, transport_error_count - 1));
    if (is == verdict::outcome_unknown) return random_.once_in(2) ? transport_error::none : transport_error::answer_timeout;
    return transport_error::none;
  }

  duration asked(const judgement& judged) const {
    const duration asked = judged.retry_after.value_or(duration{0});
    return asked <= duration{0} ? duration{0} : std::min(asked, policy_.longest_retry_after);
  }

  void check_wait(const judgement& judged, const decision& next) {
    ASSERT_EQ(next.step, next_step::try_again);
    ASSERT_TRUE(next.hold_account);
    const duration wait = next.at - now_;
    if (asked(judged) > duration{0}) {
      ASSERT_EQ(wait, asked(judged));
    } else {
      ASSERT_GE(wait, duration{0});
      ASSERT_LE(wait, policy_.longest_wait);
    }
    excused_ += wait;
    go_on(next.at);
  }

  void check_refused(const decision& next) {
    ASSERT_EQ(next.step, next_step::try_again);
    ASSERT_EQ(next.at, now_);
    ASSERT_FALSE(next.hold_account);
    refused_ = now_;
    now_ += random_.between(seconds{0}, hours{1});
  }

  void check_unknown(const decision& next) {
    ASSERT_EQ(next.step, next_step::dead_letter);
    ASSERT_EQ(next.reason, reason::outcome_unknown);
    alive_ = false;
  }

  void check_end(const decision& next, reason why) {
    ASSERT_EQ(next.step, next_step::dead_letter);
    ASSERT_EQ(next.reason, why);
    alive_ = false;
  }

  void check_again(const judgement& judged, const decision& next, time_point give_up_at) {
    ASSERT_EQ(next.step, next_step::try_again);
    ASSERT_FALSE(next.hold_account);
    const duration least = asked(judged);
    ASSERT_GE(next.at, now_ + least);
    ASSERT_LE(next.at, give_up_at + least);
    const int failures = so_far_.attempts + so_far_.failed_connects;
    const double ceiling = std::min(std::ldexp(static_cast<double>(policy_.first_wait.count()), failures - 1),
                                    static_cast<double>(policy_.longest_wait.count()));
    ASSERT_LE(static_cast<double>((next.at - now_).count()), std::max(ceiling, static_cast<double>(least.count())));
    excused_ += least;
    go_on(next.at);
  }

  /// Sometimes the answer comes at once, sometimes it takes a while.
  void go_on(time_point at) { now_ = at + (random_.once_in(2) ? duration{0} : random_.between(seconds{0}, seconds{30})); }

  dice random_;
  retry_policy policy_;
  history so_far_;
  time_point now_ = start;
  std::optional<time_point> first_;
  std::optional<time_point> refused_;
  duration excused_{};
  int attempts_ = 0;
  bool alive_ = true;
};

TEST(retry_property_test, random_lives_keep_every_bound) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    random_life life(seed);
    for (int step = 0; step < 300 && life.alive() && !testing::Test::HasFatalFailure(); ++step) life.step();
    ASSERT_FALSE(testing::Test::HasFatalFailure());
  }
}

// 10,000 draws over [0, ceiling): with full jitter every tenth holds about a tenth of them.
TEST(retry_property_test, jitter_spreads_evenly_from_zero_to_the_ceiling) {
  dice random(99);
  std::array<int, 10> tenths{};
  for (int each = 0; each < 10'000; ++each) {
    history so_far{.attempts = 3, .first_try = start};
    judgement judged;
    judged.is = verdict::retry;
    const duration wait = decide({}, so_far, judged, transport_error::none, start, random.fraction()).at - start;
    ASSERT_GE(wait, duration{0});
    ASSERT_LT(wait, seconds{4});
    ++tenths[static_cast<std::size_t>(wait / milliseconds{400})];
  }
  for (const int count : tenths) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
}

}  // namespace
}  // namespace leadrelay::delivery
