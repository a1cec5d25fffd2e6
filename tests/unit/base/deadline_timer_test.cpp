#include "base/deadline_timer.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

using namespace std::chrono_literals;

time_point at(duration since) { return time_point{since}; }

struct deadline_timer_test : testing::Test {
  timer_queue queue;
  /// It fires when that is due, not before and not again.
  void expect_once_at(duration due) {
    const int before = fired;
    queue.expire(at(due) - 1ns);
    EXPECT_EQ(fired, before);
    queue.expire(at(due));
    EXPECT_EQ(fired, before + 1);
    queue.expire(at(due + 10s));
    EXPECT_EQ(fired, before + 1);
  }

  int fired = 0;
  std::optional<deadline_timer> timer{std::in_place, queue, [this] { ++fired; }};
};

TEST_F(deadline_timer_test, fires_once_when_due) {
  timer->set(at(2s));
  expect_once_at(2s);
  timer->set(at(20s));
  expect_once_at(20s);
  EXPECT_EQ(fired, 2);
}

TEST_F(deadline_timer_test, later_deadline_takes_the_place_of_one_that_has_not_come) {
  timer->set(at(1s));
  timer->set(at(3s));
  timer->set(at(2s));
  EXPECT_EQ(queue.size(), 1u);
  queue.expire(at(1s));
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(queue.next(), at(2s));
  expect_once_at(2s);
}

TEST_F(deadline_timer_test, later_deadline_that_has_come_too_fires_at_once) {
  timer->set(at(1s));
  timer->set(at(3s));
  queue.expire(at(5s));
  EXPECT_EQ(fired, 1);
}

TEST_F(deadline_timer_test, earlier_deadline_counts_at_once) {
  timer->set(at(5s));
  timer->set(at(2s));
  EXPECT_EQ(queue.size(), 1u);
  expect_once_at(2s);
}

TEST_F(deadline_timer_test, stopped_timer_does_not_fire_and_can_be_set_again) {
  timer->set(at(1s));
  timer->stop();
  queue.expire(at(1s));
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(queue.size(), 0u);
  timer->set(at(3s));
  timer->stop();
  timer->set(at(4s));
  queue.expire(at(9s));
  EXPECT_EQ(fired, 1);
}

TEST_F(deadline_timer_test, may_be_destroyed_before_it_is_due_and_while_it_fires) {
  timer->set(at(1s));
  timer.reset();
  EXPECT_EQ(queue.size(), 0u);
  timer.emplace(queue, [this] {
    ++fired;
    timer.reset();
  });
  timer->set(at(1s));
  queue.expire(at(1s));
  EXPECT_EQ(fired, 1);
}

TEST_F(deadline_timer_test, may_outlive_its_queue) {
  std::optional<timer_queue> short_lived(std::in_place);
  deadline_timer longer(*short_lived, [] { FAIL(); });
  longer.set(at(1s));
  short_lived.reset();
}

}  // namespace
}  // namespace leadrelay
