#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// What a provider says is left of its limit until it starts anew (`X-RateLimit-*`, the RateLimit drafts): the last word counts.
class told_budget {
 public:
  /// `left` may leave until `until`, none where it is below one.
  void tell(std::int64_t left, time_point until) noexcept {
    left_ = std::max<std::int64_t>(left, 0);
    until_ = until;
  }

  bool open(time_point now) const noexcept { return left_ > 0 || now >= until_; }
  time_point opens_at() const noexcept { return left_ > 0 ? time_point{} : until_; }
  void reserve() noexcept { left_ -= left_ > 0 ? 1 : 0; }

 private:
  std::int64_t left_ = 0;
  time_point until_{};
};

}  // namespace leadrelay::delivery
