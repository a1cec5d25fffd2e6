#include "delivery/adaptive_concurrency.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

/// A provider on virtual time that is always asked as much as is allowed. Each request is some work, in seconds; how fast the work of
/// each goes depends on how many are in flight.
class shared_provider {
 public:
  std::function<double(int in_flight, double now)> rate = [](int, double) { return 1.0; };
  std::function<double(std::mt19937_64&)> work = [](std::mt19937_64&) { return 0.02; };
  double now = 0;
  int lowest = 1 << 20;

  explicit shared_provider(int most, int first = 1) : concurrency(most, first) {}

  /// Answers within `seconds`.
  long serve(double seconds) {
    long done = 0;
    lowest = 1 << 20;
    for (const double until = now + seconds; now < until; done += step()) lowest = std::min(lowest, concurrency.limit());
    return done;
  }

  adaptive_concurrency concurrency;

 private:
  struct request {
    double left;
    int in_flight;
    double needs;
  };

  static time_point moment(double seconds) { return start + duration{static_cast<std::int64_t>(seconds * 1e9)}; }

  int step() {
    while (static_cast<int>(in_flight_.size()) < concurrency.limit()) {
      in_flight_.push_back({now, static_cast<int>(in_flight_.size()) + 1, work(random_)});
      concurrency.use(static_cast<int>(in_flight_.size()));
    }
    const double speed = rate(static_cast<int>(in_flight_.size()), now);
    const auto next = std::ranges::min_element(in_flight_, {}, &request::needs);
    const double whole = std::max(next->needs / speed, 1e-9);
    const double part = std::min(whole, 0.05);
    now += part;
    for (request& each : in_flight_) each.needs -= part * speed;
    if (part < whole) return 0;
    const auto [left, in_flight, needs] = *next;
    *next = in_flight_.back();
    in_flight_.pop_back();
    concurrency.good(moment(left), in_flight, moment(left), moment(now), true);
    return 1;
  }

  std::mt19937_64 random_{7};
  std::vector<request> in_flight_;
};

double share_of_best(double work, double seconds, double best_per_second, const std::function<double(int, double)>& rate) {
  shared_provider at(256);
  at.rate = rate;
  at.work = [work](std::mt19937_64& random) { return work * std::uniform_real_distribution<>(0.5, 1.5)(random); };
  return static_cast<double>(at.serve(seconds)) / (best_per_second * seconds);
}

TEST(adaptive_concurrency_test, begins_low_and_reaches_256_within_two_seconds_of_twenty_millisecond_answers) {
  shared_provider at(256);
  EXPECT_EQ(at.concurrency.limit(), 1);
  at.serve(2);
  EXPECT_EQ(at.concurrency.limit(), 256);
}

TEST(adaptive_concurrency_test, a_quick_provider_is_asked_no_more_than_makes_it_quicker) {
  shared_provider at(256);
  at.work = [](std::mt19937_64&) { return 1.0; };
  at.rate = [](int in_flight, double) { return std::min(10'000.0, 20'000.0 / in_flight); };  // 0.1 ms, then 0.05 ms for each in flight
  at.serve(4);
  EXPECT_GT(at.serve(4), 79'900) << "all that it can";
  EXPECT_LT(at.concurrency.limit(), 80) << "2 ms are 40 in flight, risen by half 60";
  EXPECT_GE(at.lowest, 32);
}

TEST(adaptive_concurrency_test, what_quick_answers_vary_by_takes_nothing_from_the_first_thirty_two) {
  shared_provider at(256);
  at.work = [](std::mt19937_64&) { return 1.0; };
  at.rate = [](int, double now) { return std::fmod(now, 0.2) < 0.1 ? 5000.0 : 210.0; };  // 0.2 ms, then 4.8 ms, in turn
  at.serve(4);
  at.serve(20);
  EXPECT_GE(at.lowest, 32);
}

TEST(adaptive_concurrency_test, quick_answers_that_come_to_take_longer_than_that_bring_it_down) {
  shared_provider at(256);
  at.work = [](std::mt19937_64&) { return 1.0; };
  at.rate = [](int in_flight, double now) { return now < 4 ? 10'000.0 : std::min(1000.0, 4000.0 / in_flight); };
  at.serve(4);
  EXPECT_EQ(at.concurrency.limit(), 256);
  at.serve(20);
  EXPECT_LT(at.concurrency.limit(), 45) << "7.5 ms are 30 in flight";
  EXPECT_GT(at.serve(10), 38'000);
}

TEST(adaptive_concurrency_test, a_bound_that_is_lowered_while_another_number_is_tried_holds) {
  for (int tried = 0; tried < 400; ++tried) {
    shared_provider at(64);
    at.rate = [](int in_flight, double) { return in_flight > 11 ? 0.3 : 1.0; };
    at.serve(20 + 0.1 * tried);
    const int bound = std::max(1, at.concurrency.limit() - tried % 2);
    at.concurrency.set_most(bound);
    at.serve(3);
    for (int turn = 0; turn < 50; ++turn, at.serve(0.1)) ASSERT_LE(at.concurrency.limit(), bound);
  }
}

TEST(adaptive_concurrency_test, never_leaves_the_bounds_that_the_account_sets) {
  for (const int most : {1, 2, 5}) {
    shared_provider at(most, 100);
    EXPECT_EQ(at.concurrency.limit(), most);
    at.serve(2);
    EXPECT_EQ(at.concurrency.limit(), most);
  }
  adaptive_concurrency one(1);
  for (int each = 0; each < 10; ++each) one.pressed(start + seconds{each});
  EXPECT_EQ(one.limit(), 1);
}

TEST(adaptive_concurrency_test, does_not_grow_while_it_is_not_used_up) {
  adaptive_concurrency of(256, 4);
  for (int each = 0; each < 1000; ++each) {
    of.use(3);
    of.good(start + milliseconds{each}, 3, start + milliseconds{each}, start + milliseconds{each + 20}, true);
  }
  EXPECT_EQ(of.limit(), 4);
}

TEST(adaptive_concurrency_test, push_back_takes_half_of_one) {
  adaptive_concurrency of(256, 100);
  for (int each = 0; each < 100; ++each) of.pressed(start + milliseconds{each});
  EXPECT_EQ(of.limit(), 50);
  of.start_again(start + seconds{1});
  of.pressed(start + milliseconds{999});
  of.pressed(start + milliseconds{999});
  EXPECT_EQ(of.limit(), 50) << "they left before the break";
}

TEST(adaptive_concurrency_test, provider_that_fails_some_requests_whatever_the_load_is_used_in_full) {
  adaptive_concurrency of(16);
  std::mt19937_64 random{3};
  std::int64_t sum = 0;
  constexpr int answers = 20'000;
  for (int each = 0; each < answers; ++each) {
    const time_point now = start + milliseconds{each};
    of.use(of.limit());
    if (random() % 100 < 8) {
      of.pressed(now - milliseconds{20});
    } else {
      of.good(now - milliseconds{20}, of.limit(), now - milliseconds{20}, now, true);
    }
    sum += of.limit();
  }
  EXPECT_GE(static_cast<double>(sum) / answers, 14);
}

TEST(adaptive_concurrency_test, provider_with_so_many_servers_and_a_queue_is_used_as_well_as_with_the_best_fixed_limit) {
  for (const int servers : {1, 3, 10, 50, 200})
    for (const double work : {0.005, 0.02, 0.2}) {
      const auto queueing = [servers](int in_flight, double) { return std::min(1.0, static_cast<double>(servers) / in_flight); };
      EXPECT_GE(share_of_best(work, 60, servers / work, queueing), 0.9) << servers << " servers, " << work << " s";
    }
}

TEST(adaptive_concurrency_test, provider_that_collapses_beyond_some_concurrency_is_used_as_well_as_with_the_best_fixed_limit) {
  for (const int most : {10, 16, 50, 150}) {
    const auto collapsing = [most](int in_flight, double) { return in_flight <= most ? 1.0 : 0.1 * most / in_flight; };
    EXPECT_GE(share_of_best(0.02, 60, most / 0.02, collapsing), 0.9) << most;
  }
}

TEST(adaptive_concurrency_test, provider_that_each_one_more_makes_a_tenth_slower_is_used_as_well_as_with_the_best_fixed_limit) {
  const auto slowing = [](int in_flight, double) { return std::pow(1.1, std::min(0, 32 - in_flight)); };
  EXPECT_GE(share_of_best(0.02, 120, 32 / 0.02, slowing), 0.9);
}

/// Each request takes what it finds when it comes: ten times its time while more than `most` are there. The first three seconds, in which
/// it finds out, do not count.
double share_where_latency_is_settled_on_arrival(int most, double latency, double seconds) {
  struct request {
    double admitted, left, done;
    int in_flight;
  };
  adaptive_concurrency of(256);
  std::vector<request> there;
  std::mt19937_64 random{7};
  const auto moment = [](double at) { return start + duration{static_cast<std::int64_t>(at * 1e9)}; };
  constexpr double found_out = 3;
  long done = 0;
  for (double now = 0; now < found_out + seconds; done += now >= found_out ? 1 : 0) {
    while (static_cast<int>(there.size()) < of.limit()) {
      // Some wait for their connection first.
      const double left = now + (random() % 4 == 0 ? latency / 10 : 0);
      const double takes = latency * std::uniform_real_distribution<>(0.98, 1.05)(random);
      there.push_back({now, left, left + (static_cast<int>(there.size()) >= most ? 10 : 1) * takes, static_cast<int>(there.size()) + 1});
      of.use(static_cast<int>(there.size()));
    }
    const auto next = std::ranges::min_element(there, {}, &request::done);
    const request ended = *next;
    *next = there.back();
    there.pop_back();
    now = ended.done;
    of.good(moment(ended.admitted), ended.in_flight, moment(ended.left), moment(now), true);
  }
  return static_cast<double>(done) * latency / (most * seconds);
}

TEST(adaptive_concurrency_test,
     provider_that_is_slow_to_whatever_comes_beyond_some_concurrency_is_used_as_well_as_with_the_best_fixed_limit) {
  for (const int most : {10, 32, 100})
    for (const double latency : {0.02, 0.05})
      EXPECT_GE(share_where_latency_is_settled_on_arrival(most, latency, 90), 0.91) << most << ", " << latency;
}

TEST(adaptive_concurrency_test, comes_down_when_latency_climbs_under_too_much) {
  shared_provider at(256);
  at.serve(3);
  ASSERT_EQ(at.concurrency.limit(), 256);
  at.rate = [](int in_flight, double) { return in_flight <= 16 ? 1.0 : 0.1; };
  at.serve(4);  // twenty round trips of 200 ms
  EXPECT_LE(at.concurrency.limit(), 20);
  EXPECT_GE(at.concurrency.limit(), 4);
}

TEST(adaptive_concurrency_test, climbing_slowly_is_noticed_and_not_learnt) {
  shared_provider at(256);
  at.rate = [](int in_flight, double) { return std::min(1.0, 50.0 / in_flight); };
  at.serve(300);
  EXPECT_LE(at.concurrency.limit(), 100) << "a queue of at most half the latency, not of five times it";
}

using work = std::function<double(std::mt19937_64&)>;

TEST(adaptive_concurrency_test, jitter_without_congestion_is_not_throttled) {
  const std::vector<work> kinds{
      [](std::mt19937_64& random) { return 0.02 * std::uniform_real_distribution<>(0.5, 1.5)(random); },
      [](std::mt19937_64& random) { return std::bernoulli_distribution(0.1)(random) ? 0.2 : 0.02; },
      [](std::mt19937_64& random) { return std::bernoulli_distribution(0.5)(random) ? 0.2 : 0.02; },
      [](std::mt19937_64& random) { return std::exponential_distribution<>(50)(random); },
  };
  for (const int most : {16, 64, 256})
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      shared_provider at(most);
      at.work = kinds[kind];
      at.serve(5);
      double sum = 0;
      for (int second = 0; second < 55; ++second, at.serve(1)) sum += at.concurrency.limit();
      EXPECT_GE(sum / 55, 0.9 * most) << "kind " << kind << ", most " << most;
    }
}

TEST(adaptive_concurrency_test, congestion_that_ends_is_forgotten) {
  shared_provider at(256);
  at.rate = [](int in_flight, double) { return in_flight <= 20 ? 1.0 : 0.1 * 20 / in_flight; };
  at.serve(20);
  EXPECT_LE(at.concurrency.limit(), 21);
  at.rate = [](int, double) { return 1.0; };
  at.serve(90);
  EXPECT_EQ(at.concurrency.limit(), 256);
}

TEST(adaptive_concurrency_test, provider_that_becomes_slower_by_itself_is_used_in_full_again) {
  shared_provider at(256);
  at.serve(3);
  at.rate = [](int, double) { return 0.33; };
  at.serve(10);
  EXPECT_EQ(at.concurrency.limit(), 256);
}

TEST(adaptive_concurrency_test, constantly_slow_provider_is_used_in_full) {
  shared_provider at(256);
  at.work = [](std::mt19937_64&) { return 30.0; };
  at.serve(300);
  EXPECT_EQ(at.concurrency.limit(), 256);
  at.serve(300);
  EXPECT_EQ(at.lowest, 256);
}

TEST(adaptive_concurrency_test, where_round_trips_are_short_it_grows_no_faster_than_can_be_seen) {
  shared_provider at(256);
  at.serve(0.2);
  EXPECT_GE(at.concurrency.limit(), 4);
  EXPECT_LE(at.concurrency.limit(), 16) << "ten round trips of 20 ms, in each of which it might have doubled";
}

/// Its level is known, 20 ms, and it allows 16.
adaptive_concurrency at_sixteen() {
  adaptive_concurrency of(256, 16);
  for (int each = 0; each < 2 + 3 * 16; ++each) of.good(start, of.limit(), start, start + milliseconds{20}, true);  // whole windows
  return of;
}

TEST(adaptive_concurrency_test, slow_answers_in_a_row_are_not_followed_until_it_is_clear_what_they_mean) {
  adaptive_concurrency of = at_sixteen();
  for (const int allowed : {16, 16, 15, 14, 13}) {
    of.good(start, of.limit(), start, start + milliseconds{200}, true);
    EXPECT_EQ(of.limit(), allowed);
  }
  for (int each = 0; each < 3; ++each) of.good(start, of.limit(), start, start + milliseconds{200}, true);
  EXPECT_EQ(of.limit(), 16) << "all were slow; whether what follows is too is to be seen";
  for (int each = 0; each < 8; ++each) of.good(start, of.limit(), start, start + milliseconds{200}, true);
  EXPECT_EQ(of.limit(), 16) << "they left before";
  const time_point since = start + milliseconds{200};
  for (int each = 0; each < 8; ++each) of.good(since, of.limit(), since, since + milliseconds{200}, true);
  EXPECT_EQ(of.limit(), 8);
}

TEST(adaptive_concurrency_test, slow_answers_that_came_late_together_are_no_trouble_where_what_follows_is_quick) {
  adaptive_concurrency of = at_sixteen();
  for (int each = 0; each < 16; ++each) of.good(start, of.limit(), start, start + milliseconds{200}, true);
  const time_point since = start + milliseconds{200};
  for (int each = 0; each < 16; ++each) of.good(since, of.limit(), since, since + milliseconds{20}, true);
  EXPECT_EQ(of.limit(), 16);
}

TEST(adaptive_concurrency_test, slow_answers_in_a_row_among_quick_ones_take_one_away_where_it_has_not_been_quiet) {
  for (const int most : {16, 17}) {
    adaptive_concurrency of = at_sixteen();
    of.use(16);
    of.set_most(most);
    for (int each = 0; each < 16; ++each) of.good(start, of.limit(), start, start + milliseconds{20}, true);  // grows to the most
    ASSERT_EQ(of.limit(), most);
    for (int each = 0; each < 3; ++each) of.good(start, of.limit(), start, start + milliseconds{50}, true);
    for (int each = 0; each < 5; ++each) of.good(start, of.limit(), start, start + milliseconds{20}, true);
    EXPECT_EQ(of.limit(), 16) << most;
  }
}

TEST(adaptive_concurrency_test, answers_that_are_not_comparable_let_it_grow_and_tell_nothing_of_latency) {
  adaptive_concurrency of(8, 1);
  for (int each = 1; each <= 100; ++each) {
    of.use(of.limit());
    of.good(start, of.limit(), start, start + nanoseconds{each % 2 == 0 ? 1 : 1'000'000'000}, false);
  }
  EXPECT_EQ(of.limit(), 8);
}

TEST(adaptive_concurrency_test, after_a_break_it_begins_low_and_doubles_again) {
  shared_provider at(256);
  at.serve(2);
  at.concurrency.start_again(start + duration{static_cast<std::int64_t>(at.now * 1e9)});
  EXPECT_EQ(at.concurrency.limit(), 1);
  at.serve(2);
  EXPECT_EQ(at.concurrency.limit(), 256);
}

}  // namespace
}  // namespace leadrelay::delivery
