#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// Counts of events of the last 30 s, in buckets of one second, the current one included. Times that are told do not go back.
class recent_counts {
 public:
  static constexpr std::int64_t seconds = 30;

  void add(time_point now) {
    forget_old(now);
    ++bucket(last_);
    ++total_;
  }

  /// Takes back what was added at `when`; nothing where that is forgotten already.
  void take_back(time_point when, time_point now) {
    forget_old(now);
    std::uint32_t& of = bucket(second_of(when));
    if (second_of(when) <= last_ - seconds || of == 0) return;
    --of;
    --total_;
  }

  /// Those still counted at `now`.
  std::int64_t count(time_point now) {
    forget_old(now);
    return total_;
  }

  /// Those of now that will still be counted `later` seconds after the one of `now`; `count(now)` must have been asked.
  std::int64_t count_after(std::int64_t later) const {
    std::int64_t out = total_;
    for (std::int64_t second = last_ - seconds + 1; second <= last_ - seconds + later && second <= last_; ++second) out -= bucket(second);
    return out;
  }

  void clear() { *this = {}; }

  static std::int64_t second_of(time_point at) { return at.time_since_epoch() / std::chrono::seconds{1}; }

 private:
  std::uint32_t& bucket(std::int64_t second) { return buckets_[static_cast<std::uint64_t>(second) % seconds]; }
  std::uint32_t bucket(std::int64_t second) const { return buckets_[static_cast<std::uint64_t>(second) % seconds]; }

  void forget_old(time_point now) {
    const std::int64_t second = second_of(now);
    if (second - last_ >= seconds) {
      buckets_ = {};
      total_ = 0;
      last_ = second;
    }
    while (last_ < second) {
      std::uint32_t& oldest = bucket(++last_);
      total_ -= oldest;
      oldest = 0;
    }
  }

  std::array<std::uint32_t, seconds> buckets_{};
  std::int64_t last_ = 0;  ///< the newest second
  std::int64_t total_ = 0;
};

}  // namespace leadrelay::delivery
