#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// Spreads the requests of a window evenly over it. A pause earns the right to some at once.
///
/// The generic cell rate algorithm (ITU-T I.371 annex A, as virtual scheduling). The window itself counts exactly; the pace only keeps
/// what it allows from leaving all at its beginning, again and again.
class pace {
 public:
  pace(std::int64_t requests, duration per) : burst_(per / std::max<std::int64_t>(requests, 1) * at_once(requests, per)) {
    resize(requests, per);
  }

  /// A share of the requests it was made with. A pause earns no more time than with all of them: what all shares have sent is then never
  /// later than evenly by more than `burst`, but for those so small that one request takes longer.
  void resize(std::int64_t requests, duration per) {
    interval_ = per / std::max<std::int64_t>(requests, 1);
    tolerance_ = std::max(burst_ - interval_, duration::zero());
  }

  /// The time in which those that may leave at once leave evenly.
  duration burst() const noexcept { return burst_; }

  time_point opens_at() const noexcept { return due_ - tolerance_; }
  void send(time_point now) noexcept { due_ = std::max(due_, now) + interval_ + interval_ * eased(now) / ease_part; }
  /// What was sent last did not leave.
  void take_back() noexcept { due_ -= interval_; }
  /// A little slower from now on; at the full pace again when a while has passed in which it was not asked for.
  void ease(time_point now) noexcept {
    const int before = eased(now);
    if (before > 0 && now - eased_at_ < std::chrono::seconds{1}) return;
    eased_ = std::min(before + 1, most_eased);
    eased_at_ = now;
  }
  /// The request waited for the full window: the time in which it could not leave earns nothing.
  void forfeit(time_point now) noexcept { due_ = std::max(due_, now + tolerance_); }

  /// How many a long pause earns: a tenth of the window's; of those above five, no more than leave in a quarter of a second and a hundredth
  /// of the window. At least one. As much of a window passes unused where a partition changes hands.
  static std::int64_t at_once(std::int64_t requests, duration per) noexcept {
    using std::chrono::microseconds;
    const duration earned = std::min(per / 10, duration{std::chrono::milliseconds{250}} + per / 100);
    const std::int64_t in_time = requests * (earned / microseconds{1}) / (per / microseconds{1});
    return std::max({std::min<std::int64_t>(requests / 10, 5), in_time, std::int64_t{1}});
  }

 private:
  static constexpr int ease_part = 64;  ///< of the interval, for each step
  static constexpr int most_eased = 2;
  static constexpr duration step_lasts = std::chrono::minutes{1};

  /// The steps that are left.
  int eased(time_point now) const noexcept {
    return eased_ - static_cast<int>(std::min<std::int64_t>((now - eased_at_) / step_lasts, eased_));
  }

  duration burst_;
  duration interval_{};
  duration tolerance_{};
  int eased_ = 0;  ///< steps
  time_point eased_at_{};
  time_point due_{};  ///< when the next is due where all keep the interval
};

}  // namespace leadrelay::delivery
