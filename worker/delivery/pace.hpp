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
  pace(std::int64_t requests, duration per) { resize(requests, per); }

  void resize(std::int64_t requests, duration per) {
    interval_ = per / std::max<std::int64_t>(requests, 1);
    tolerance_ = interval_ * (at_once(requests, per) - 1);
  }

  time_point opens_at() const noexcept { return due_ - tolerance_; }
  void send(time_point now) noexcept { due_ = std::max(due_, now) + interval_; }
  /// What was sent last did not leave.
  void take_back() noexcept { due_ -= interval_; }
  /// The request waited for the full window: the time in which it could not leave earns nothing.
  void forfeit(time_point now) noexcept { due_ = std::max(due_, now + tolerance_); }

  /// How many a long pause earns: a tenth of the window's, or what leaves in half a second and a hundredth of the window where that is
  /// less; at least one. As much of a window passes unused where a partition changes hands.
  static std::int64_t at_once(std::int64_t requests, duration per) noexcept {
    using std::chrono::microseconds;
    const duration earned = std::min(per / 10, duration{std::chrono::milliseconds{500}} + per / 100);
    return std::max<std::int64_t>(requests * (earned / microseconds{1}) / (per / microseconds{1}), 1);
  }

 private:
  duration interval_{};
  duration tolerance_{};
  time_point due_{};  ///< when the next is due where all keep the interval
};

}  // namespace leadrelay::delivery
