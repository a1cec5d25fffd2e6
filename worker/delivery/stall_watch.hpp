#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// Notices a partition that makes no progress though it has work: records of it are taken and not settled, and the oldest of them has
/// been the same for a minute.
class stall_watch {
 public:
  enum class finding { nothing_new, stalled, moves_again };

  /// To be called now and then. `oldest` is the first unsettled offset, `outstanding` how many records are taken and not settled.
  finding look(std::int64_t oldest, std::size_t outstanding, time_point now) noexcept;
  bool stalled() const noexcept { return stalled_; }

 private:
  std::int64_t oldest_ = -1;
  time_point since_{};
  bool stalled_ = false;
};

inline constexpr duration stalled_after = std::chrono::minutes{1};

}  // namespace leadrelay::delivery
