#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// Spreads the requests of a window evenly over it. A pause earns the right to some at once, up to a tenth of the window's.
///
/// The generic cell rate algorithm (ITU-T I.371 annex A, as virtual scheduling). The window itself counts exactly; the pace only keeps
/// what it allows from leaving all at its beginning, again and again.
class pace {
 public:
  pace(std::int64_t requests, duration per) { resize(requests, per); }

  void resize(std::int64_t requests, duration per) {
    interval_ = per / std::max<std::int64_t>(requests, 1);
    tolerance_ = interval_ * (at_once(requests) - 1);
  }

  time_point opens_at() const noexcept { return due_ - tolerance_; }
  void send(time_point now) noexcept { due_ = std::max(due_, now) + interval_; }
  /// What was sent last did not leave.
  void take_back() noexcept { due_ -= interval_; }
  /// The request waited for the full window: the time in which it could not leave earns nothing.
  void forfeit(time_point now) noexcept { due_ = std::max(due_, now + tolerance_); }

  static std::int64_t at_once(std::int64_t requests) noexcept { return std::max<std::int64_t>(requests / 10, 1); }

 private:
  duration interval_{};
  duration tolerance_{};
  time_point due_{};  ///< when the next is due where all keep the interval
};

}  // namespace leadrelay::delivery
