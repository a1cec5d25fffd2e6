#include "base/wakeup.hpp"

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
