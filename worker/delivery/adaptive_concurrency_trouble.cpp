#include <algorithm>
#include <utility>

#include "delivery/adaptive_concurrency.hpp"

// What trouble teaches: how far to step down, and what the numbers near one that led to it are worth.
namespace leadrelay::delivery {
namespace {

constexpr double decrease = 0.9;
constexpr double largest_decrease = 0.5;
constexpr int answers_alone = 8;
constexpr int long_run = 16;             ///< round trips over which throughput is compared
constexpr double worth = 1.05;           ///< another number, where throughput differs by that
constexpr int part_of_ceiling = 12;      ///< by which it may be lower than the limit that led to trouble
constexpr int round_trips_between = 64;  ///< of slow ones, before what led to trouble is tried again
constexpr duration shortest_patience = std::chrono::seconds{10};
constexpr duration longest_patience = std::chrono::seconds{60};

double nanoseconds_of(duration of) { return static_cast<double>(of.count()); }

int below(int ceiling) { return std::max(1, ceiling - 1); }

}  // namespace

bool adaptive_concurrency::is_below_trouble() const noexcept { return (ceiling_ == 0 || limit_ < below(ceiling_)) && tried_from_ == 0; }

bool adaptive_concurrency::tries_more() const noexcept { return tried_from_ != 0 && tried_from_ == limit_ - 1; }

/// Near a number that led to trouble a few of the answers may be slow and take most of the time, as slow as the noise allows. What another
/// number is worth, throughput tells over many round trips: what is in flight by its mean latency (Little's law).
void adaptive_concurrency::look_at_throughput(double latency, time_point now) {
  if (limit_ != here_at_) {
    here_ = {};
    here_at_ = limit_;
  }
  here_.add(latency);
  if (ceiling_ == 0 || doubling_ || !used_ || here_.answers < long_run * limit_) return;
  const double throughput = limit_ / here_.mean();
  const int fewest = fewest_for(here_.mean());
  here_ = {};
  if (tried_from_ == limit_ + 1) return judge_one_less(throughput, now);
  if (tries_more()) {
    if (throughput * worth < throughput_before_) return give_up(now);
    if (limit_ > ceiling_ + ceiling_ / 4) return forget_trouble();
  }
  tried_from_ = 0;
  throughput_before_ = throughput;
  if (limit_ < most_ && now >= ceiling_until_ && limit_ >= below(ceiling_)) {
    try_instead(limit_ + 1, now);
  } else if (limit_ > fewest && now >= lower_from_) {
    try_instead(limit_ - 1, now);
  }
}

void adaptive_concurrency::judge_one_less(double throughput, time_point now) {
  const int from = std::exchange(tried_from_, 0);
  if (throughput > worth * throughput_before_) return set_ceiling(from, now);
  lower_from_ = now + patience_;
  go_to(from, now);
}

void adaptive_concurrency::try_instead(int limit, time_point now) {
  tried_from_ = limit_;
  go_to(limit, now);
}

/// One more was not worth it.
void adaptive_concurrency::give_up(time_point now) {
  set_ceiling(limit_, now);
  go_to(std::exchange(tried_from_, 0), now);
}

void adaptive_concurrency::set_ceiling(int ceiling, time_point now) {
  ceiling_ = ceiling;
  ceiling_until_ = now + patience_;
  fast_until_ = std::min(fast_until_, below(ceiling_));
}

void adaptive_concurrency::go_to(int limit, time_point now) {
  if (limit < limit_) counts_from_ = now;
  limit_ = limit;
  used_ = false;
  begin_window();
}

/// Back to where the provider had room (Little's law), a tenth below it so that its queue drains and the level is seen again.
void adaptive_concurrency::shrink(double mean, time_point now) {
  // Whether the level or the latency is wrong, few in flight tell, or else a single one.
  if (level_is_first_) {
    step_down(std::min(quiet_at_, limit_) / 2, mean, now);
    window_size_ = std::max(answers_alone, 2 * limit_);
    return;
  }
  const double factor = std::clamp(decrease * *level_ / mean, largest_decrease, decrease);
  step_down(static_cast<int>(limit_ * factor), mean, now);
}

void adaptive_concurrency::step_down(int to, double mean, time_point now) {
  const double between = std::clamp(round_trips_between * mean, nanoseconds_of(shortest_patience), nanoseconds_of(longest_patience));
  const bool again = ceiling_ != 0 && limit_ >= below(below(ceiling_)) && limit_ <= ceiling_ + ceiling_ / 4 + 1;
  patience_ = again ? std::min(patience_ * 2, longest_patience) : duration{static_cast<std::int64_t>(between)};
  ceiling_ = std::clamp(slow_from_, limit_ - limit_ / part_of_ceiling, limit_);
  ceiling_until_ = now + patience_;
  fast_until_ = std::min(quiet_at_, below(ceiling_));
  limit_ = std::max(1, std::min(std::max(to, fewest_for(mean)), limit_ - 1));
  tried_from_ = 0;
  shrunk_ = true;
  doubling_ = false;
  used_ = false;
  added_ = false;
  counts_from_ = now;
  slow_from_ = most_;
  begin_window();
}

void adaptive_concurrency::forget_trouble() noexcept {
  ceiling_ = 0;
  tried_from_ = 0;
  fast_until_ = most_;
  doubling_ = true;
}

}  // namespace leadrelay::delivery
