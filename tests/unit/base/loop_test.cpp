#include "base/loop.hpp"

#include <string>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace leadrelay {
namespace {

using namespace std::chrono_literals;

/// A loop whose time moves only when nothing else is left to do, and then to the next deadline.
class virtual_loop final : public loop {
 public:
  using loop::loop;
  time_point now() const override { return now_; }
  wall_time wall_now() const override { return wall_time{std::chrono::floor<std::chrono::milliseconds>(now_.time_since_epoch())}; }

  void run_until(time_point end) {
    for (;;) {
      context().restart();
      context().poll();
      const auto next = timers().next();
      if (!next || *next > end) break;
      now_ = std::max(now_, *next);
      timers().expire(now_);
    }
    now_ = end;
  }

 private:
  time_point now_{};
};

time_point at(duration since) { return time_point{since}; }

task<void> sleep_and_note(loop& on, time_point deadline, std::string& seen, char mark) {
  co_await on.sleep_until(deadline);
  EXPECT_GE(on.now(), deadline);
  seen += mark;
}

task<void> wait_and_note(loop& on, wakeup& signal, time_point deadline, std::string& seen) {
  const bool notified = co_await on.wait_until(signal, deadline);
  seen += notified ? 'n' : 't';
}

struct world {
  boost::asio::io_context context{1};
  virtual_loop time{context};
  wakeup signal{context.get_executor()};
  std::string seen;

  void spawn(task<void> what) { boost::asio::co_spawn(context, std::move(what), boost::asio::detached); }
};

TEST(loop, sleepers_wake_in_the_order_of_their_deadlines) {
  world w;
  w.spawn(sleep_and_note(w.time, at(3s), w.seen, 'c'));
  w.spawn(sleep_and_note(w.time, at(1s), w.seen, 'a'));
  w.spawn(sleep_and_note(w.time, at(2s), w.seen, 'b'));
  w.time.run_until(at(2s));
  EXPECT_EQ(w.seen, "ab");
  w.time.run_until(at(3s));
  EXPECT_EQ(w.seen, "abc");
  EXPECT_EQ(w.time.timers().size(), 0u);
}

TEST(loop, wait_ends_with_the_notification_and_its_timer_goes) {
  world w;
  w.spawn(wait_and_note(w.time, w.signal, at(5s), w.seen));
  w.time.timers().add(at(1s), [&] { w.signal.notify(); });
  w.time.run_until(at(2s));
  EXPECT_EQ(w.seen, "n");
  EXPECT_EQ(w.time.timers().size(), 0u);
}

TEST(loop, wait_ends_at_the_deadline_without_a_notification) {
  world w;
  w.spawn(wait_and_note(w.time, w.signal, at(5s), w.seen));
  w.time.run_until(at(4s));
  EXPECT_EQ(w.seen, "");
  w.time.run_until(at(5s));
  EXPECT_EQ(w.seen, "t");
}

TEST(loop, notification_that_comes_with_the_deadline_is_not_lost) {
  world w;
  w.spawn(wait_and_note(w.time, w.signal, at(5s), w.seen));
  w.time.run_until(at(1s));
  w.time.timers().add(at(5s), [&] { w.signal.notify(); });
  w.time.run_until(at(5s));
  EXPECT_EQ(w.seen, "t");
  w.spawn(wait_and_note(w.time, w.signal, at(9s), w.seen));
  w.time.run_until(at(6s));
  EXPECT_EQ(w.seen, "tn");
}

TEST(real_loop, timers_fire_in_order_when_their_time_has_come) {
  boost::asio::io_context context(1);
  real_loop time(context);
  std::string seen;
  const time_point start = time.now();
  boost::asio::co_spawn(context, sleep_and_note(time, start + 4ms, seen, 'b'), boost::asio::detached);
  boost::asio::co_spawn(context, sleep_and_note(time, start + 2ms, seen, 'a'), boost::asio::detached);
  boost::asio::co_spawn(context, sleep_and_note(time, start - 1s, seen, '0'), boost::asio::detached);
  context.run_for(10s);
  EXPECT_EQ(seen, "0ab");
}

}  // namespace
}  // namespace leadrelay
