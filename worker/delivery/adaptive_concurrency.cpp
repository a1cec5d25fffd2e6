#include "delivery/adaptive_concurrency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace leadrelay::delivery {
namespace {

constexpr double alpha = 0.4;
constexpr double unrest_alpha = 0.1;
constexpr double deviations = 2.5;
constexpr double first_variance = 0.5;  ///< of a latency that varies by 60%
constexpr int most_windows_of_level = 8;
constexpr int answers_alone = 8;
constexpr int answers_of_first_level = 2;
constexpr int blocks_of_a_window = 8;
constexpr double rise = 0.585;  ///< log2 of 1.5
constexpr double clear_rise = 1;
constexpr double decrease = 0.9;
constexpr double largest_decrease = 0.5;
constexpr int smallest_window = 8;
constexpr int slow_in_a_row = 3;
constexpr int most_answers_of_first_level = 64;
constexpr double time_of_growth = 1e8;   ///< nanoseconds in which slow start makes it e times as much, where a round trip is not longer
constexpr int round_trips_between = 64;  ///< of slow ones, before what led to trouble is tried again
constexpr duration shortest_patience = std::chrono::seconds{10};
constexpr duration longest_patience = std::chrono::seconds{60};

/// The binary logarithm, linear between powers of two: monotone, and at most 0.09 too low. It costs no call for each answer.
double rough_log2(double value) noexcept {
  constexpr double one = 4503599627370496.0;  // 2^52, the mantissa of a double
  return static_cast<double>(std::bit_cast<std::uint64_t>(value)) / one - 1023;
}

double nanoseconds_of(duration of) { return static_cast<double>(of.count()); }

/// As near as one may come to a level that led to trouble.
int below(int ceiling) { return std::max(1, ceiling - std::max(1, ceiling / 16)); }

}  // namespace

double adaptive_concurrency::sample::variance() const noexcept { return std::max(squares / answers - mean() * mean(), 0.0); }

adaptive_concurrency::adaptive_concurrency(int most, int first)
    : most_(most),
      first_(std::max(first, 1)),
      limit_(std::min(first_, most)),
      fast_until_(most) {
  begin_window();
}

void adaptive_concurrency::set_most(int most) {
  if (most == most_) return;
  fast_until_ = fast_until_ == most_ ? most : std::min(fast_until_, most);
  most_ = most;
  if (limit_ <= most) return;
  limit_ = most;
  begin_window();
}

void adaptive_concurrency::good(time_point admitted, time_point left, time_point now, bool comparable) {
  if (admitted < counts_from_) return;
  if (doubling_ && used_ && limit_ < most_ && !suspected_) grow_fast();
  if (comparable) measure(rough_log2(static_cast<double>(std::max<std::int64_t>((now - left).count(), 1))), left, now);
}

/// One more for each answer doubles it each round trip. Where these are short, an answer counts as a part of one, so that what growth does
/// is seen before it has gone far.
void adaptive_concurrency::grow_fast() {
  if (limit_ >= fast_until_) {
    doubling_ = false;
    return;
  }
  growth_ += level_ ? std::min(std::exp2(*level_) / time_of_growth, 1.0) : 1.0;
  if (growth_ < 1) return;
  growth_ = 0;
  ++limit_;
  used_ = false;
  grew_ = true;
}

void adaptive_concurrency::pressed(time_point admitted) {
  if (admitted < counts_from_) return;
  doubling_ = false;
  if (!std::exchange(half_less_, !half_less_)) return;
  limit_ = std::max(1, limit_ - 1);
  used_ = false;
}

void adaptive_concurrency::start_again(time_point now) {
  limit_ = std::min(limit_, first_);
  doubling_ = true;
  used_ = false;
  counts_from_ = now;
  begin_window();
}

void adaptive_concurrency::measure(double log_latency, time_point left, time_point now) {
  if (suspected_ && left < confirms_from_) return;
  window_.add(log_latency);
  if (!level_ && window_.answers >= answers_of_first_level) return learn_first_level();
  block_.add(log_latency);
  look_whether_slow(log_latency);
  if (window_.answers >= window_size_) return end_window(now);
  if (block_.answers < std::max(smallest_window, window_size_ / blocks_of_a_window)) return;
  const bool risen = level_ && limit_ > 1 && has_risen(block_, clear_rise);
  if (risen) return suspected_ ? shrink(block_.mean(), now) : suspect(block_.mean(), now);
  if (held_back_ > 0) return not_all_slow();
  begin_block();
}

/// Where several in a row are slow the block is decided before more is sent, as what is sent into trouble lengthens it.
void adaptive_concurrency::look_whether_slow(double log_latency) {
  if (held_back_ > 0) {
    ++held_back_;
    return;
  }
  const bool slow = level_ && !level_is_first_ && log_latency > *level_ + std::max(clear_rise, deviations * std::sqrt(variance_));
  slow_run_ = slow ? slow_run_ + 1 : 0;
  if (slow_run_ == slow_in_a_row) held_back_ = 1;
}

/// One less than was too many; where as many were quiet before, it tells nothing.
void adaptive_concurrency::not_all_slow() {
  if (limit_ <= quiet_at_) return begin_block();
  --limit_;
  used_ = false;
  begin_window();
}

/// Latency has risen. Whether it stays so, the answers to what leaves from now on tell: what was on the wire together may have come late
/// together, for one reason that is over.
void adaptive_concurrency::suspect(double mean, time_point now) {
  begin_window();
  suspected_ = mean;
  confirms_from_ = now;
}

/// While it grows fast, quick answers come before slow ones: what is learnt then is not trusted far.
void adaptive_concurrency::learn_first_level() {
  take_level();
  variance_ = first_variance;
  level_is_first_ = true;
  begin_window();
}

void adaptive_concurrency::take_level() {
  level_ = window_.mean();
  level_answers_ = window_.answers;
  variance_ = window_.variance();
  level_is_first_ = false;
}

/// The standard error of the difference between the mean of so many answers and the level, however they depend on one another.
double adaptive_concurrency::noise_of(int answers) const noexcept {
  return std::sqrt(std::max(unrest_, variance_ * (1.0 / answers + 1.0 / level_answers_)));
}

bool adaptive_concurrency::has_risen(const sample& of, double by) const noexcept {
  return of.mean() > *level_ + by + deviations * noise_of(of.answers);
}

void adaptive_concurrency::end_window(time_point now) {
  if (limit_ == 1 && level_is_first_ && shrunk_) return measured_alone();
  if (!has_risen(window_, rise)) return quiet_window(now);
  if (!suspected_) {
    suspect(window_.mean(), now);
  } else if (limit_ > 1) {
    shrink(window_.mean(), now);
  } else {
    measured_alone();
  }
}

/// With a single request in flight latency is the provider's own.
void adaptive_concurrency::measured_alone() {
  take_quiet_level();
  shrunk_ = false;
  doubling_ = true;
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
  const double factor = std::clamp(decrease * std::exp2(*level_ - mean), largest_decrease, decrease);
  step_down(static_cast<int>(limit_ * factor), mean, now);
}

void adaptive_concurrency::quiet_window(time_point now) {
  quiet_at_ = began_at_;
  if (suspected_ && !level_is_first_) learn_unrest(*suspected_ - *level_);
  learn();
  added_ = false;
  if (shrunk_) {
    shrunk_ = false;
    doubling_ = true;
  } else if (!doubling_ && !grew_ && used_ && limit_ < most_ && (limit_ < below(ceiling_) || now >= ceiling_until_)) {
    ++limit_;
    used_ = false;
    added_ = true;
    if (ceiling_ != 0 && limit_ > ceiling_ + ceiling_ / 4) forget_trouble();
  }
  begin_window();
}

/// By the difference of two windows' means, whose variance is twice that of one.
void adaptive_concurrency::learn_unrest(double difference) noexcept { unrest_ += unrest_alpha * (difference * difference / 2 - unrest_); }

/// Noise moves the level either way, but for windows in which the limit grew by one; what is clearly slower does not move it.
void adaptive_concurrency::learn() {
  if (level_is_first_) return learn_while_first();
  if (grew_ || shrunk_) return;  // the first answers after a step, up or down, are those of the quickest requests
  const double difference = window_.mean() - *level_;
  if (last_mean_) learn_unrest(window_.mean() - *last_mean_);
  last_mean_ = window_.mean();
  const double noise = noise_of(window_.answers);
  if (difference < -2 * noise) {
    *level_ += alpha * difference;
    level_answers_ = window_.answers;
  } else if (difference < 0 || (!added_ && difference < 2 * noise)) {
    level_answers_ = std::min(level_answers_ + window_.answers, most_windows_of_level * window_.answers);
    *level_ += difference * window_.answers / level_answers_;
  }
  variance_ += alpha * (window_.variance() - variance_);
}

/// What is seen while it grows fast adds up to so many answers; the first window at one limit replaces it.
void adaptive_concurrency::learn_while_first() {
  if (!grew_) return take_quiet_level();
  if (level_answers_ >= most_answers_of_first_level) return;
  level_answers_ += window_.answers;
  *level_ += (window_.mean() - *level_) * window_.answers / level_answers_;
}

/// A level that was too low has called trouble what is none.
void adaptive_concurrency::take_quiet_level() {
  if (has_risen(window_, 0)) forget_trouble();
  take_level();
}

void adaptive_concurrency::step_down(int to, double mean, time_point now) {
  const double between =
      std::clamp(round_trips_between * std::exp2(mean), nanoseconds_of(shortest_patience), nanoseconds_of(longest_patience));
  const bool again = ceiling_ != 0 && limit_ >= below(below(ceiling_)) && limit_ <= ceiling_ + ceiling_ / 4 + 1;
  patience_ = again ? std::min(patience_ * 2, longest_patience) : duration{static_cast<std::int64_t>(between)};
  ceiling_ = limit_;
  ceiling_until_ = now + patience_;
  fast_until_ = std::min(quiet_at_, below(ceiling_));
  limit_ = std::max(1, std::min(to, limit_ - 1));
  shrunk_ = true;
  doubling_ = false;
  used_ = false;
  added_ = false;
  counts_from_ = now;
  begin_window();
}

void adaptive_concurrency::forget_trouble() noexcept {
  ceiling_ = 0;
  fast_until_ = most_;
  doubling_ = true;
}

void adaptive_concurrency::begin_block() noexcept {
  block_ = {};
  held_back_ = 0;
}

void adaptive_concurrency::begin_window() noexcept {
  window_ = {};
  begin_block();
  slow_run_ = 0;
  suspected_.reset();
  grew_ = false;
  began_at_ = limit_;
  window_size_ = std::max(limit_, smallest_window);
}

}  // namespace leadrelay::delivery
