#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <utility>

#include "base/time.hpp"

namespace leadrelay {

/// The deadlines of one loop, earliest first, those of one moment in the order they were added. It knows no clock: its owner
/// asks for the earliest deadline, waits for it in real or simulated time, and says what time it is. One thread.
class timer_queue {
 public:
  /// Names a timer until it fires or is cancelled.
  struct id {
    time_point deadline;
    std::uint64_t number = 0;
    auto operator<=>(const id&) const = default;
  };

  id add(time_point deadline, std::function<void()> fire);

  /// Whether the timer was still waiting; its function is destroyed without a call.
  bool cancel(const id& timer);

  std::optional<time_point> next() const;

  /// Calls all that are due at `now`; they may add and cancel.
  void expire(time_point now);

  std::size_t size() const noexcept { return timers_.size(); }

  /// Expires with the queue.
  std::weak_ptr<const void> life() const noexcept { return life_; }

  /// Called when the earliest deadline has become earlier; the owner arms its real timer anew.
  std::function<void()> on_earlier;

 private:
  std::pmr::unsynchronized_pool_resource memory_;  ///< timers come and go often
  std::pmr::map<id, std::function<void()>> timers_{&memory_};
  std::uint64_t added_ = 0;
  std::shared_ptr<const void> life_ = std::make_shared<char>();
};

}  // namespace leadrelay
