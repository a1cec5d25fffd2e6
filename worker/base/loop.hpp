#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/task.hpp"
#include "base/time.hpp"
#include "base/timer_queue.hpp"
#include "base/wakeup.hpp"

namespace leadrelay {

/// One worker's loop: its io_context, its clock and its timers. All waiting for time goes through here, so that a simulation can
/// put a virtual clock in its place. One thread.
class loop {
 public:
  explicit loop(boost::asio::io_context& context) : context_(context) {}
  virtual ~loop() = default;
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  virtual time_point now() const = 0;
  virtual wall_time wall_now() const = 0;

  boost::asio::io_context& context() noexcept { return context_; }
  leadrelay::executor executor() noexcept { return context_.get_executor(); }
  timer_queue& timers() noexcept { return timers_; }

  /// Returns at `deadline`.
  task<void> sleep_until(time_point deadline);

  /// Returns when `signal` is notified (true) or at `deadline` (false).
  task<bool> wait_until(wakeup& signal, time_point deadline);

 private:
  boost::asio::io_context& context_;
  timer_queue timers_;
};

/// The loop on real time: one Asio timer stands for the earliest deadline of the queue.
class real_loop final : public loop {
 public:
  explicit real_loop(boost::asio::io_context& context);
  ~real_loop() override;

  time_point now() const override { return std::chrono::steady_clock::now(); }
  wall_time wall_now() const override;

 private:
  void arm();

  struct driver;
  std::unique_ptr<driver> driver_;
};

}  // namespace leadrelay
