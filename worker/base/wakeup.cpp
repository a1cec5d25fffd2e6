#include "base/wakeup.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace leadrelay {

task<void> wakeup::wait() {
  if (!std::exchange(notified_, false)) {
    auto keep = [this](handler waiter) { waiter_.emplace(std::move(waiter)); };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>, void()>(std::move(keep), use_task);
  }
}

void wakeup::notify() {
  if (!waiter_) {
    notified_ = true;
    return;
  }
  handler waiter = std::move(*waiter_);
  waiter_.reset();
  boost::asio::post(executor_, std::move(waiter));
}

}  // namespace leadrelay
