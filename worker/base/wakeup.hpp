#pragma once

#include <optional>

#include <boost/asio/deferred.hpp>

#include "base/prefetch.hpp"
#include "base/ready_queue.hpp"

namespace leadrelay {

/// One coroutine waits, another part of the same loop wakes it. A notification that comes first is kept, so that none is lost;
/// several before one wait count once. One thread, one waiter.
class wakeup {
 public:
  explicit wakeup(executor on) : ready_(boost::asio::use_service<ready_queue>(on.context())) {}
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;

  /// To be awaited at once: returns once notified.
  auto wait() {
    return boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
        [this](waiting_coroutine waiter) { keep(std::move(waiter)); }, boost::asio::deferred);
  }

  /// Wakes the waiter through the loop, never inside this call.
  void notify();

  /// What goes on first of the coroutine that waits here or did last.
  const memory_part& waiter() const noexcept { return waits_; }

 private:
  void keep(waiting_coroutine waiter);

  ready_queue& ready_;
  std::optional<waiting_coroutine> waiter_;
  memory_part waits_{};
  bool notified_ = false;
};

}  // namespace leadrelay
