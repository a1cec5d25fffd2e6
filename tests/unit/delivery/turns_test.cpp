#include "delivery/turns.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

constexpr wall_time noon{hours{24 * 365 * 56}};

/// When requests of a worker leave between `begin` and `until`, each some time after it has its turn; not those that come too late for it.
std::vector<time_point> sends(
    turns tried, time_point begin, time_point until, const std::function<duration()>& delay = [] { return duration{}; }) {
  std::vector<time_point> out;
  for (time_point now = tried.opens_at(begin).value(); now < until; now = tried.opens_at(now).value()) {
    EXPECT_TRUE(tried.open(now));
    tried.take(now);
    EXPECT_FALSE(tried.opens_at(now));
    now += delay();
    if (tried.is_in_time(now)) out.push_back(now);
    tried.end();
    EXPECT_FALSE(tried.is_in_time(now));
  }
  return out;
}

TEST(turns_test, all_partitions_together_use_95_percent) {
  const auto sent = sends(turns(slots({3, seconds{2}}), {{0, 1, 2, 3, 4, 5}, 6}, start, noon), start, start + seconds{2000});
  EXPECT_GE(sent.size(), 2850u);
  EXPECT_LE(sent.size(), 3000u);
}

TEST(turns_test, partitions_of_several_workers_never_have_more_in_a_window_than_the_limit) {
  dice random(7);
  for (const providers::limit& limit :
       std::vector<providers::limit>{{3, seconds{2}}, {1, seconds{1}}, {5, hours{1}}, {2, milliseconds{40}}}) {
    const duration stretch = std::min(duration{limit.per} / 20, duration{seconds{2}});
    // Half of the requests leave late, some of them too late.
    const auto delay = [&] { return random.once_in(2) ? duration{} : random.between(duration{}, stretch * 2 / 3); };
    std::multiset<time_point> all;
    const time_point until = start + 40 * limit.per;
    std::vector<int> owned[] = {{0, 4}, {1, 2, 5}, {3, 6}};
    // Three workers whose loops' clocks began at different times, and whose calendars differ.
    const duration ahead[] = {seconds{0}, seconds{7}, hours{1}};
    for (int worker = 0; worker < 3; ++worker) {
      const wall_time calendar = noon + std::chrono::duration_cast<wall_time::duration>(stretch * worker * 24 / 100);
      for (const time_point at : sends(turns(slots(limit), {owned[worker], 7}, start + ahead[worker], calendar), start + ahead[worker],
                                       until + ahead[worker], delay))
        all.insert(at - ahead[worker]);
    }
    ASSERT_GE(all.size(), static_cast<std::size_t>(38 * limit.requests) * 85 / 100);
    auto last = all.begin();
    std::advance(last, limit.requests);
    for (auto first = all.begin(); last != all.end(); ++first, ++last) ASSERT_GT(*last - *first, limit.per);
  }
}

TEST(turns_test, turn_is_used_once_and_only_at_its_beginning) {
  turns tried(slots({2, seconds{10}}), {{0}, 4}, start, noon);
  const time_point turn = tried.opens_at(start + seconds{1}).value();
  EXPECT_TRUE(tried.open(turn + milliseconds{200}));
  EXPECT_FALSE(tried.open(turn + milliseconds{300}));
  tried.take(turn + milliseconds{50});
  EXPECT_FALSE(tried.open(turn + milliseconds{60}));
  tried.end();
  EXPECT_FALSE(tried.open(turn + milliseconds{60}));
  EXPECT_EQ(tried.opens_at(turn + milliseconds{60}), turn + 4 * (milliseconds{5250} + nanoseconds{1}));
}

TEST(turns_test, request_that_takes_long_to_get_ready_loses_one_turn_and_is_ahead_of_the_next) {
  turns tried(slots({5, seconds{10}}), {{0}, 50}, start, noon);
  const time_point first = tried.opens_at(start + seconds{1}).value();
  tried.take(first);
  const time_point ready = first + milliseconds{700};
  EXPECT_FALSE(tried.is_in_time(ready));
  const time_point slot = tried.begins_at() + 50 * (milliseconds{2100} + nanoseconds{1});
  tried.lose(ready);
  tried.end();
  const time_point next = tried.opens_at(ready).value();
  EXPECT_EQ(next, slot - milliseconds{700});
  EXPECT_TRUE(tried.open(next));
  tried.take(next);
  EXPECT_EQ(tried.begins_at(), slot);
  EXPECT_FALSE(tried.is_in_time(slot - nanoseconds{1})) << "never before the slot";
  EXPECT_TRUE(tried.is_in_time(slot));
  EXPECT_TRUE(tried.is_in_time(slot + milliseconds{250}));
  tried.lose(slot + hours{1});
  tried.end();
  EXPECT_EQ(tried.opens_at(slot + seconds{1}).value(), slot + 50 * (milliseconds{2100} + nanoseconds{1}) - seconds{10}) << "10 s at most";
}

/// When requests of a worker leave, each ready some time after it has its turn.
std::vector<time_point> sends_when_ready(turns tried, time_point begin, time_point until,
                                         const std::function<duration(time_point)>& takes) {
  std::vector<time_point> out;
  for (time_point now = tried.opens_at(begin).value(); now < until; now = tried.opens_at(now).value()) {
    tried.take(now);
    now += takes(now);
    tried.tell_ready(now);
    now = std::max(now, tried.begins_at());
    tried.tell_ready(now);
    if (tried.is_in_time(now))
      out.push_back(now);
    else
      tried.lose(now);
    tried.end();
  }
  return out;
}

TEST(turns_test, one_request_that_takes_long_to_get_ready_costs_later_ones_little) {
  const turns tried(slots({5, seconds{1}}), {{0, 1, 2, 3, 4, 5}, 6}, start, noon);
  const auto takes = [](time_point now) { return now < start + seconds{1} ? duration{seconds{3}} : milliseconds{20}; };
  const auto sent = sends_when_ready(tried, start, start + seconds{80}, takes);
  EXPECT_GE(std::ranges::count_if(sent, [](time_point each) { return each >= start + seconds{20}; }), 60 * 5 * 95 / 100);
}

TEST(turns_test, requests_that_all_take_long_lose_one_turn) {
  const turns tried(slots({5, minutes{1}}), {{0, 1, 2, 3, 4, 5}, 6}, start, noon);
  const auto sent = sends_when_ready(tried, start, start + hours{1}, [](time_point) { return seconds{5}; });
  EXPECT_GE(sent.size(), 60u * 5 * 95 / 100);
}

TEST(turns_test, turns_of_a_worker_with_neighbouring_partitions_come_about_evenly) {
  for (const int total : {8, 12, 24, 48, 60, 100, 128})
    for (const int workers : {2, 3, 4}) {
      limit_share share{.owned = {}, .total = total};
      for (int each = total / workers; each < 2 * total / workers; ++each) share.owned.push_back(each);
      const duration round = total * slots({1, seconds{1}}).length;
      const auto sent = sends(turns(slots({1, seconds{1}}), share, start, noon), start, start + 2 * round);
      ASSERT_EQ(sent.size(), 2 * share.owned.size()) << total;
      for (std::size_t at = 1; at < sent.size(); ++at)
        ASSERT_LE(sent[at] - sent[at - 1], round * 9 / 4 / static_cast<int>(share.owned.size())) << total << ", " << workers;
    }
}

TEST(turns_test, slots_follow_the_calendar_when_its_clock_is_set) {
  const limit_share share{{0, 1, 2, 3, 4, 5}, 6};
  for (const duration ahead : {duration{milliseconds{300}}, duration{hours{2}}, duration{-hours{2}}}) {
    turns tried(slots({3, seconds{2}}), share, start, noon);
    tried.take(tried.opens_at(start).value());
    const time_point set_at = start + minutes{1};
    const wall_time calendar = noon + minutes{1} + std::chrono::duration_cast<milliseconds>(ahead);
    tried.read_calendar(set_at, calendar);
    EXPECT_FALSE(tried.is_in_time(set_at)) << "whose slot it was is another question now";
    const turns other(slots({3, seconds{2}}), share, set_at, calendar);
    EXPECT_EQ(tried.opens_at(set_at), other.opens_at(set_at));
  }
}

TEST(turns_test, calendar_that_goes_on_leaves_turns_as_they_are) {
  turns tried(slots({3, seconds{2}}), {{0, 1, 2, 3, 4, 5}, 6}, start, noon);
  const time_point turn = tried.opens_at(start).value();
  tried.take(turn);
  tried.read_calendar(turn, noon + std::chrono::floor<milliseconds>(turn - start));
  EXPECT_TRUE(tried.is_in_time(turn));
}

TEST(turns_test, clock_that_is_set_ends_no_wait_for_the_first_turn) {
  turns tried(slots({3, seconds{2}}), {{0, 1, 2, 3, 4, 5}, 6}, start, noon, start + minutes{1});
  tried.read_calendar(start + seconds{1}, noon);
  EXPECT_GE(tried.opens_at(start + seconds{1}).value(), start + minutes{1});
}

TEST(turns_test, slots_of_several_limits_keep_to_each_of_them) {
  slots of({57, minutes{1}});
  of.fit({1, seconds{1}});
  EXPECT_EQ(of.length, slots({57, minutes{1}}).length) << "the slowest one's";
  EXPECT_EQ(of.punctual, milliseconds{25}) << "a second after its beginning would be next to the following one";
}

TEST(turns_test, request_that_comes_too_late_or_after_a_new_share_has_no_turn) {
  turns tried(slots({2, seconds{10}}), {{0}, 4}, start, noon);
  const time_point turn = tried.opens_at(start + seconds{1}).value();
  EXPECT_FALSE(tried.is_in_time(turn));
  tried.take(turn);
  EXPECT_TRUE(tried.is_in_time(turn + milliseconds{250}));
  EXPECT_FALSE(tried.is_in_time(turn + milliseconds{251}));
}

TEST(turns_test, worker_without_partitions_has_none) {
  EXPECT_EQ(turns(slots({1, seconds{1}}), {{}, 4}, start, noon).opens_at(start), std::nullopt);
}

TEST(turns_test, slowest_limit_among_the_most_partitions_is_a_time_that_can_be_waited_for) {
  const turns tried(slots({1, hours{24 * 366}}), {{100'000}, 1'000'000}, start, noon);
  ASSERT_TRUE(tried.opens_at(start));
  EXPECT_GT(*tried.opens_at(start), start);
  EXPECT_LT(*tried.opens_at(start), start + hours{24 * 366 * 60});
}

}  // namespace
}  // namespace leadrelay::delivery
