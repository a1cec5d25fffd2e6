#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.hpp"
#include "sandbox/options.hpp"

namespace leadrelay::sandbox {

/// The newest arrival times of one account key, to check from outside that a limit was kept.
class arrival_log {
 public:
  explicit arrival_log(std::size_t most) : most_(most) {}

  /// `at` is not before the arrival added last.
  void add(time_point at);

  /// The most arrivals within any half-open window of length `window`, among those kept: exact.
  std::size_t most_within(duration window) const;

  std::size_t kept() const noexcept { return times_.size(); }
  std::uint64_t total() const noexcept { return total_; }

 private:
  time_point at(std::size_t index) const noexcept { return times_[(oldest_ + index) % times_.size()]; }

  std::size_t most_;
  std::vector<time_point> times_;  ///< a ring once it is full; `oldest_` is where it begins
  std::size_t oldest_ = 0;
  std::uint64_t total_ = 0;
};

/// An exact sliding window: in any half-open window of length `per` at most `requests` are admitted.
class sliding_limit {
 public:
  explicit sliding_limit(limit rule) : rule_(rule) {}

  /// Whether a request may pass at `now`; one that passes counts.
  bool admit(time_point now);

  /// How many more would pass at `now`.
  std::uint32_t remaining(time_point now);

  /// How long until one more place is free; zero where one is.
  duration until_free(time_point now);

  /// How long until the oldest request counted leaves the window; `per` where none is counted.
  duration until_oldest_leaves(time_point now);

  const limit& rule() const noexcept { return rule_; }

 private:
  void forget(time_point now);

  limit rule_;
  std::deque<time_point> admitted_;
};

}  // namespace leadrelay::sandbox
