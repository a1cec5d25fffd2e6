#include "base/wakeup.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace leadrelay {
namespace {

task<void> wait_and_note(wakeup& signal, std::string& seen, char mark) {
  co_await signal.wait();
  seen += mark;
}

task<void> wait_twice(wakeup& signal, std::string& seen) {
  co_await signal.wait();
  seen += '1';
  co_await signal.wait();
  seen += '2';
}

TEST(wakeup, notification_wakes_the_waiter_through_the_loop) {
  boost::asio::io_context context(1);
  wakeup signal(context.get_executor());
  std::string seen;
  boost::asio::co_spawn(context, wait_and_note(signal, seen, 'a'), boost::asio::detached);
  context.poll();
  EXPECT_EQ(seen, "");
  signal.notify();
  EXPECT_EQ(seen, "");
  context.poll();
  EXPECT_EQ(seen, "a");
}

TEST(wakeup, several_go_on_in_the_order_of_their_notifications) {
  boost::asio::io_context context(1);
  wakeup first(context.get_executor());
  wakeup second(context.get_executor());
  wakeup third(context.get_executor());
  std::string seen;
  const auto wake_first_again = [&]() -> task<void> {
    co_await third.wait();
    seen += 'c';
    first.notify();
    first.notify();
  };
  boost::asio::co_spawn(context, wait_twice(first, seen), boost::asio::detached);
  boost::asio::co_spawn(context, wait_and_note(second, seen, 'b'), boost::asio::detached);
  boost::asio::co_spawn(context, wake_first_again(), boost::asio::detached);
  context.poll();
  third.notify();
  first.notify();
  second.notify();
  EXPECT_EQ(seen, "");
  context.restart();
  context.poll();
  EXPECT_EQ(seen, "c1b2");  // what was notified meanwhile comes behind the others
}

TEST(wakeup, what_waits_or_is_ready_when_the_context_ends_ends_with_it) {
  const auto alive = std::make_shared<int>();
  const auto hold = [](std::shared_ptr<int>, wakeup& signal) -> task<void> { co_await signal.wait(); };
  {
    boost::asio::io_context context(1);
    wakeup ready(context.get_executor());
    wakeup waiting(context.get_executor());
    boost::asio::co_spawn(context, hold(alive, ready), boost::asio::detached);
    boost::asio::co_spawn(context, hold(alive, waiting), boost::asio::detached);
    context.poll();
    EXPECT_EQ(alive.use_count(), 3);
    ready.notify();
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(wakeup, notification_before_the_wait_is_kept_and_several_count_once) {
  boost::asio::io_context context(1);
  wakeup signal(context.get_executor());
  std::string seen;
  signal.notify();
  signal.notify();
  boost::asio::co_spawn(context, wait_twice(signal, seen), boost::asio::detached);
  context.poll();
  EXPECT_EQ(seen, "1");
  signal.notify();
  context.restart();
  context.poll();
  EXPECT_EQ(seen, "12");
}

TEST(wakeup, notification_between_waking_and_running_is_kept) {
  boost::asio::io_context context(1);
  wakeup signal(context.get_executor());
  std::string seen;
  boost::asio::co_spawn(context, wait_twice(signal, seen), boost::asio::detached);
  context.poll();
  signal.notify();
  signal.notify();
  context.restart();
  context.poll();
  EXPECT_EQ(seen, "12");
}

}  // namespace
}  // namespace leadrelay
