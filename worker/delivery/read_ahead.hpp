#pragma once

#include <cstddef>

namespace leadrelay::delivery {

/// How far one worker reads ahead of its requests, in changes that it holds. From `enough` on more of them would only wait here, where
/// they cost memory and the processor's caches, instead of in Kafka. Reading goes on once half of them are left.
class read_ahead {
 public:
  /// From now on.
  void set_enough(std::size_t changes) noexcept {
    enough_ = changes;
    look();
  }
  void take() noexcept {
    ++held_;
    look();
  }
  void give() noexcept {
    --held_;
    look();
  }

  bool is_enough() const noexcept { return is_enough_; }

 private:
  void look() noexcept {
    if (held_ >= enough_) is_enough_ = true;
    if (held_ < enough_ - enough_ / 2) is_enough_ = false;
  }

  std::size_t enough_ = static_cast<std::size_t>(-1);
  std::size_t held_ = 0;
  bool is_enough_ = false;
};

}  // namespace leadrelay::delivery
