#pragma once

#include <deque>

#include <boost/asio/execution_context.hpp>

#include "base/task.hpp"

namespace leadrelay {

/// What Asio makes of a coroutine of the loop that awaits an operation without a result.
using waiting_coroutine = boost::asio::detail::awaitable_async_op_handler<void(), executor>;

/// Coroutines that go on in the loop's next turn, in the order in which they came: one handler of Asio's for all of a turn, as each takes
/// two locks and memory of its own; an io_context that is stopped within it stops behind it. One for each io_context, whose service it is.
/// One thread, the loop's.
class ready_queue final : public boost::asio::execution_context::service {
 public:
  using key_type = ready_queue;
  static boost::asio::execution_context::id id;

  explicit ready_queue(boost::asio::execution_context& of) : service(of) {}

  /// `next` goes on through the loop, never inside this call.
  void add(waiting_coroutine next);

 private:
  void shutdown() override;
  void run();

  std::deque<waiting_coroutine> ready_;
  bool is_due_ = false;  ///< a turn is to come
  bool is_over_ = false;
};

}  // namespace leadrelay
