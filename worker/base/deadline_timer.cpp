#include "base/deadline_timer.hpp"

namespace leadrelay {

deadline_timer::deadline_timer(timer_queue& in, std::function<void()> fire) : queue_(in), queue_lives_(in.life()), fire_(std::move(fire)) {}

deadline_timer::~deadline_timer() {
  if (armed_ && !queue_lives_.expired()) queue_.cancel(*armed_);
}

void deadline_timer::set(time_point deadline) {
  deadline_ = deadline;
  if (armed_ && armed_->deadline <= deadline) return;
  if (armed_) queue_.cancel(*armed_);
  arm();
}

void deadline_timer::arm() {
  armed_ = queue_.add(deadline_, [this] { on_due(); });
}

void deadline_timer::on_due() {
  const time_point due = armed_->deadline;
  armed_.reset();
  if (deadline_ == time_point::max()) return;
  if (deadline_ > due) return arm();
  stop();
  const auto fire = fire_;  // which may destroy this
  fire();
}

}  // namespace leadrelay
