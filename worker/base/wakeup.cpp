#include "base/wakeup.hpp"

#include <utility>

namespace leadrelay {

void wakeup::keep(waiting_coroutine waiter) {
  waits_ = part_of(*waiter.entry_point());
  if (std::exchange(notified_, false)) return ready_.add(std::move(waiter));
  waiter_.emplace(std::move(waiter));
}

void wakeup::notify() {
  if (!waiter_) {
    notified_ = true;
    return;
  }
  waiting_coroutine waiter = std::move(*waiter_);
  waiter_.reset();
  ready_.add(std::move(waiter));
}

}  // namespace leadrelay
