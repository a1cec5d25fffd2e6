#include "base/ready_queue.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace leadrelay {

boost::asio::execution_context::id ready_queue::id;

/// What becomes ready while the io_context ends ends with it.
void ready_queue::add(waiting_coroutine next) {
  if (is_over_) return;
  ready_.push_back(std::move(next));
  if (std::exchange(is_due_, true)) return;
  boost::asio::post(static_cast<boost::asio::io_context&>(context()).get_executor(), [this] { run(); });
}

/// What becomes ready meanwhile goes on in a turn of its own.
void ready_queue::run() {
  is_due_ = false;
  for (std::size_t left = ready_.size(); left > 0; --left) {
    waiting_coroutine next = std::move(ready_.front());
    ready_.pop_front();
    next();
  }
}

void ready_queue::shutdown() {
  is_over_ = true;
  ready_.clear();
}

}  // namespace leadrelay
