#include "base/wakeup.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace leadrelay {

void wakeup::keep(handler waiter) {
  if (std::exchange(notified_, false)) return boost::asio::post(executor_, std::move(waiter));
  waiter_.emplace(std::move(waiter));
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
