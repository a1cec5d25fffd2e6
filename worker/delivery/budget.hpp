#pragma once

#include <cstdint>

namespace leadrelay::delivery {

/// The bytes of events that one worker may hold: waiting, in flight and retrying together. Taking in stops at the budget and
/// goes on below three quarters of it, so that partitions are not paused and resumed with every event.
class budget {
 public:
  explicit budget(std::uint64_t most) : most_(most) {}

  void take(std::uint64_t bytes) noexcept;
  void give(std::uint64_t bytes) noexcept;

  /// Whether taking in should stop now; turns false only below three quarters.
  bool full() const noexcept { return full_; }
  /// Whether it has come below three quarters once so many bytes are given back.
  bool has_room_without(std::uint64_t bytes) const noexcept { return held_ < bytes + most_ - most_ / 4; }
  std::uint64_t held() const noexcept { return held_; }
  std::uint64_t most() const noexcept { return most_; }

 private:
  std::uint64_t most_;
  std::uint64_t held_ = 0;
  bool full_ = false;
};

}  // namespace leadrelay::delivery
