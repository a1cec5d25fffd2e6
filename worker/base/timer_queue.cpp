#include "base/timer_queue.hpp"

namespace leadrelay {

timer_queue::id timer_queue::add(time_point deadline, std::function<void()> fire) {
  const bool earlier = timers_.empty() || deadline < timers_.begin()->first.deadline;
  const id timer{deadline, ++added_};
  timers_.emplace(timer, std::move(fire));
  if (earlier && on_earlier) on_earlier();
  return timer;
}

bool timer_queue::cancel(const id& timer) { return timers_.erase(timer) > 0; }

std::optional<time_point> timer_queue::next() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.deadline;
}

void timer_queue::expire(time_point now) {
  while (!timers_.empty() && timers_.begin()->first.deadline <= now) {
    auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

}  // namespace leadrelay
