#include "base/loop.hpp"

#include <boost/asio/steady_timer.hpp>

namespace leadrelay {

task<void> loop::sleep_until(time_point deadline) {
  wakeup due(executor());
  timers_.add(deadline, [&due] { due.notify(); });
  co_await due.wait();
}

task<bool> loop::wait_until(wakeup& signal, time_point deadline) {
  bool timed_out = false;
  const timer_queue::id timer = timers_.add(deadline, [&] {
    timed_out = true;
    signal.notify();
  });
  co_await signal.wait();
  timers_.cancel(timer);
  co_return !timed_out;
}

struct real_loop::driver {
  explicit driver(boost::asio::io_context& context) : timer(context) {}
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, leadrelay::executor> timer;
};

real_loop::real_loop(boost::asio::io_context& context) : loop(context), driver_(std::make_unique<driver>(context)) {
  timers().on_earlier = [this] { arm(); };
}

real_loop::~real_loop() = default;

wall_time real_loop::wall_now() const { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

void real_loop::arm() {
  const auto next = timers().next();
  if (!next) return;
  driver_->timer.expires_at(*next);
  driver_->timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    timers().expire(now());
    arm();
  });
}

}  // namespace leadrelay
