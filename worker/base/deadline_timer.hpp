#pragma once

#include <functional>
#include <memory>

#include "base/timer_queue.hpp"

namespace leadrelay {

/// A timer that is set again and again and seldom fires, as that of an answer: a later deadline in the place of one that has not come
/// costs nothing, as the queue learns of it when the earlier one has come. May outlive its queue. One thread.
class deadline_timer {
 public:
  deadline_timer(timer_queue& in, std::function<void()> fire);
  ~deadline_timer();
  deadline_timer(const deadline_timer&) = delete;
  deadline_timer& operator=(const deadline_timer&) = delete;

  /// Fires once at `deadline`, and not at what was set before.
  void set(time_point deadline);
  void stop() noexcept { deadline_ = time_point::max(); }

 private:
  void arm();
  void on_due();

  timer_queue& queue_;
  std::weak_ptr<const void> queue_lives_;
  std::function<void()> fire_;
  time_point deadline_ = time_point::max();  ///< `max` where it is stopped
  std::optional<timer_queue::id> armed_;     ///< for `deadline_` or an earlier time
};

}  // namespace leadrelay
