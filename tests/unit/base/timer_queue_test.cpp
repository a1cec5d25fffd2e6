#include "base/timer_queue.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

using namespace std::chrono_literals;

time_point at(duration since) { return time_point{since}; }

TEST(timer_queue, earliest_fires_first_and_equals_fire_in_the_order_they_were_added) {
  timer_queue timers;
  std::string fired;
  timers.add(at(3s), [&] { fired += "d"; });
  timers.add(at(1s), [&] { fired += "a"; });
  timers.add(at(2s), [&] { fired += "b"; });
  timers.add(at(2s), [&] { fired += "c"; });

  EXPECT_EQ(timers.next(), at(1s));
  timers.expire(at(2s));
  EXPECT_EQ(fired, "abc");
  EXPECT_EQ(timers.next(), at(3s));
  EXPECT_EQ(timers.size(), 1u);
}

TEST(timer_queue, nothing_is_due_before_its_deadline) {
  timer_queue timers;
  bool fired = false;
  timers.add(at(1s), [&] { fired = true; });
  timers.expire(at(1s) - 1ns);
  EXPECT_FALSE(fired);
  timers.expire(at(1s));
  EXPECT_TRUE(fired);
  EXPECT_EQ(timers.next(), std::nullopt);
}

TEST(timer_queue, cancelled_timer_never_fires_and_lets_go_of_what_it_held) {
  timer_queue timers;
  const auto held = std::make_shared<int>(1);
  const auto timer = timers.add(at(1s), [held] { FAIL(); });
  EXPECT_EQ(held.use_count(), 2);
  EXPECT_TRUE(timers.cancel(timer));
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(timers.cancel(timer));
  timers.expire(at(2s));
}

TEST(timer_queue, timer_that_fired_cannot_be_cancelled_even_by_itself) {
  timer_queue timers;
  timer_queue::id timer;
  bool cancelled = true;
  timer = timers.add(at(1s), [&] { cancelled = timers.cancel(timer); });
  timers.expire(at(1s));
  EXPECT_FALSE(cancelled);
}

TEST(timer_queue, timers_added_and_cancelled_while_others_fire_are_heeded) {
  timer_queue timers;
  std::string fired;
  timer_queue::id later;
  timers.add(at(1s), [&] {
    fired += "a";
    timers.cancel(later);
    timers.add(at(1s), [&] { fired += "c"; });
    timers.add(at(9s), [&] { fired += "x"; });
  });
  later = timers.add(at(2s), [&] { fired += "b"; });
  timers.expire(at(5s));
  EXPECT_EQ(fired, "ac");
  EXPECT_EQ(timers.next(), at(9s));
}

TEST(timer_queue, owner_is_told_only_of_earlier_deadlines) {
  timer_queue timers;
  int told = 0;
  timers.on_earlier = [&] { ++told; };
  timers.add(at(5s), [] {});
  timers.add(at(5s), [] {});
  timers.add(at(6s), [] {});
  EXPECT_EQ(told, 1);
  timers.add(at(4s), [] {});
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace leadrelay
