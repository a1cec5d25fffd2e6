#pragma once

#include <optional>

#include <boost/asio/deferred.hpp>

#include "base/task.hpp"

namespace leadrelay {

/// One coroutine waits, another part of the same loop wakes it. A notification that comes first is kept, so that none is lost;
/// several before one wait count once. One thread, one waiter.
class wakeup {
 public:
  explicit wakeup(executor on) : executor_(on) {}
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;

  /// To be awaited at once: returns once notified.
  auto wait() {
    return boost::asio::async_initiate<const boost::asio::deferred_t&, void()>([this](handler waiter) { keep(std::move(waiter)); },
                                                                               boost::asio::deferred);
  }

  /// Wakes the waiter through the loop, never inside this call.
  void notify();

 private:
  /// What Asio makes of a coroutine of the loop that awaits an operation.
  using handler = boost::asio::detail::awaitable_async_op_handler<void(), executor>;

  void keep(handler waiter);

  executor executor_;
  std::optional<handler> waiter_;
  bool notified_ = false;
};

}  // namespace leadrelay
