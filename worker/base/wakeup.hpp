#pragma once

#include <optional>

#include "base/task.hpp"

namespace leadrelay {

/// One coroutine waits, another part of the same loop wakes it. A notification that comes first is kept, so that none is lost;
/// several before one wait count once. One thread, one waiter.
class wakeup {
 public:
  explicit wakeup(executor on) : executor_(on) {}
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;

  /// Returns once notified; at once if that was before.
  task<void> wait();

  /// Wakes the waiter through the loop, never inside this call.
  void notify();

 private:
  using handler = boost::asio::async_result<boost::asio::use_awaitable_t<executor>, void()>::handler_type;

  executor executor_;
  std::optional<handler> waiter_;
  bool notified_ = false;
};

}  // namespace leadrelay
