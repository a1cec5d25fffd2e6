#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/loop.hpp"

namespace leadrelay::http::test {

/// Runs the loop until the coroutine has returned; throws where that takes longer than any test should.
template <class T>
T run(boost::asio::io_context& context, task<T> what) {
  std::optional<T> out;
  std::exception_ptr thrown;
  auto ended = [&](std::exception_ptr error, T value) {
    thrown = error;
    out.emplace(std::move(value));
  };
  boost::asio::co_spawn(context.get_executor(), std::move(what), std::move(ended));
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  context.restart();
  while (!out && std::chrono::steady_clock::now() < give_up) context.run_one_until(give_up);
  if (thrown) std::rethrow_exception(thrown);
  if (!out) throw std::runtime_error("the coroutine did not return");
  return *std::move(out);
}

inline void run(boost::asio::io_context& context, task<void> what) {
  auto with_result = [](task<void> inner) -> task<bool> {
    co_await std::move(inner);
    co_return true;
  };
  run<bool>(context, with_result(std::move(what)));
}

/// A loop whose clock stands still until it is told to go on.
class virtual_loop final : public loop {
 public:
  explicit virtual_loop(boost::asio::io_context& context) : loop(context) {}
  time_point now() const override { return now_; }
  wall_time wall_now() const override { return {}; }

  /// Lets time pass, stopping at each deadline on the way, and what is ready run.
  void advance(duration by) {
    const time_point until = now_ + by;
    for (auto next = timers().next(); next && *next <= until; next = timers().next()) {
      now_ = std::max(now_, *next);
      timers().expire(now_);
      run_ready();
    }
    now_ = until;
    run_ready();
  }

  void run_ready() {
    context().restart();
    context().poll();
  }

 private:
  time_point now_{std::chrono::hours{1}};
};

}  // namespace leadrelay::http::test
