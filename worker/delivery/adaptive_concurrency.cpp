#include "delivery/adaptive_concurrency.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace leadrelay::delivery {
namespace {

constexpr double alpha = 0.4;
constexpr double unrest_alpha = 0.1;
constexpr double deviations = 3;         ///< of a mean that late answers draw upwards
constexpr double first_deviation = 0.6;  ///< of the level
constexpr int most_windows_of_level = 8;
constexpr int answers_of_first_level = 2;
constexpr int blocks_of_a_window = 8;
constexpr double rise = 0.5;  ///< of the level
constexpr double clear_rise = 1;
constexpr double least_latency = 2e6;  ///< nanoseconds; what is quicker counts as that, as loops and networks add as much by themselves
constexpr int smallest_window = 8;
constexpr int slow_in_a_row = 3;
constexpr int most_answers_of_first_level = 64;
constexpr double time_of_growth = 1e8;  ///< nanoseconds in which slow start makes it e times as much, where a round trip is not longer

double nanoseconds_of(duration of) { return static_cast<double>(of.count()); }

}  // namespace

double adaptive_concurrency::sample::variance() const noexcept { return std::max(squares / answers - mean() * mean(), 0.0); }

adaptive_concurrency::adaptive_concurrency(int most, int first)
    : most_(most),
      first_(std::max(first, 1)),
      limit_(std::min(first_, most)),
      fast_until_(most),
      slow_from_(most) {
  begin_window();
}

void adaptive_concurrency::set_most(int most) {
  if (most == most_) return;
  fast_until_ = fast_until_ == most_ ? most : std::min(fast_until_, most);
  most_ = most;
  tried_from_ = 0;
  if (limit_ <= most) return;
  limit_ = most;
  begin_window();
}

void adaptive_concurrency::good(time_point admitted, int in_flight, time_point left, time_point now, bool comparable) {
  if (admitted < counts_from_) return;
  if (doubling_ && used_ && limit_ < most_ && !suspected_) grow_fast();
  if (comparable) measure(std::max(nanoseconds_of(now - left), least_latency), in_flight, left, now);
}

/// One more for each answer doubles it each round trip. Where these are short, an answer counts as a part of one, so that what growth does
/// is seen before it has gone far.
void adaptive_concurrency::grow_fast() {
  if (limit_ >= fast_until_) {
    doubling_ = false;
    return;
  }
  growth_ += level_ ? std::min(*level_ / time_of_growth, 1.0) : 1.0;
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

void adaptive_concurrency::measure(double latency, int in_flight, time_point left, time_point now) {
  look_at_throughput(latency, now);
  if (suspected_ && left < confirms_from_) return;
  window_.add(latency);
  if (!level_ && window_.answers >= answers_of_first_level) return learn_first_level();
  block_.add(latency);
  if (level_ && latency > (1 + clear_rise) * *level_) slow_from_ = std::min(slow_from_, in_flight);
  look_whether_slow(latency);
  if (window_.answers >= window_size_) return end_window(now);
  if (block_.answers < std::max(smallest_window, window_size_ / blocks_of_a_window)) return;
  const bool risen = level_ && limit_ > 1 && !is_quick(block_) && has_risen(block_, clear_rise);
  if (risen) return suspected_ ? shrink(block_.mean(), now) : suspect(block_.mean(), now);
  if (held_back_ > 0) return not_all_slow();
  begin_block();
}

/// Where several in a row are slow the block is decided before more is sent, as what is sent into trouble lengthens it.
void adaptive_concurrency::look_whether_slow(double latency) {
  if (held_back_ > 0) {
    ++held_back_;
    return;
  }
  const bool slow = level_ && !level_is_first_ && latency > quick_latency &&
                    latency > *level_ + std::max(clear_rise * *level_, deviations * std::sqrt(variance_));
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

/// Latency has risen. Where one more was tried that is enough to leave it. Otherwise, whether it stays so, the answers to what leaves from
/// now on tell: what was on the wire together may have come late together, for one reason that is over.
void adaptive_concurrency::suspect(double mean, time_point now) {
  if (tries_more()) return give_up(now);
  begin_window();
  suspected_ = mean;
  confirms_from_ = now;
}

/// While it grows fast, quick answers come before slow ones: what is learnt then is not trusted far.
void adaptive_concurrency::learn_first_level() {
  take_level();
  variance_ = std::pow(first_deviation * *level_, 2);
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
  return of.mean() > *level_ * (1 + by) + deviations * noise_of(of.answers);
}

void adaptive_concurrency::end_window(time_point now) {
  if (limit_ == 1 && level_is_first_ && shrunk_) return measured_alone();
  if (is_quick(window_) || !has_risen(window_, rise)) return quiet_window();
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

void adaptive_concurrency::quiet_window() {
  quiet_at_ = began_at_;
  if (suspected_ && !level_is_first_) learn_unrest(*suspected_ - *level_);
  learn();
  slow_from_ = most_;
  added_ = false;
  if (shrunk_) {
    shrunk_ = false;
    doubling_ = true;
  } else if (!doubling_ && !grew_ && used_ && limit_ < most_ && is_below_trouble()) {
    ++limit_;
    used_ = false;
    added_ = true;
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
