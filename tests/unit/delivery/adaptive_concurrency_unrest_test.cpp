#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/adaptive_concurrency.hpp"
#include "unit/delivery/moments.hpp"

// Sender and provider on a machine that runs for a while and stands still for a while, as where a container has used up its CPU quota,
// others have their turn, or garbage is collected: what is on the wire then comes late together, whatever the concurrency.
namespace leadrelay::delivery {
namespace {

using seconds_of_chance = std::function<double(std::mt19937_64&)>;

seconds_of_chance always(double seconds) {
  return [seconds](std::mt19937_64&) { return seconds; };
}

seconds_of_chance about(double mean) {
  return [mean](std::mt19937_64& random) { return std::exponential_distribution<>(1 / mean)(random); };
}

struct machine {
  const char* name;
  double latency;  ///< seconds
  seconds_of_chance runs, stands_still;
  std::optional<int> knee{};  ///< in flight from which on a request takes ten times as long
};

/// Each answer takes the machine so many seconds while it runs.
constexpr double work = 50e-6;

class machine_time {
 public:
  machine_time(const machine& of, std::mt19937_64& random) : of_(of), random_(random), runs_until_(of.runs(random)) {}

  /// When work that is there from `at` on is done.
  double done(double at) {
    for (double left = work;;) {
      if (at < runs_until_ && at + left <= runs_until_) return at + left;
      if (at < runs_until_) left -= runs_until_ - at;
      const double again = runs_until_ + of_.stands_still(random_);
      at = std::max(at, again);
      runs_until_ = again + of_.runs(random_);
    }
  }

 private:
  const machine& of_;
  std::mt19937_64& random_;
  double runs_until_;
};

/// Answers in a minute of backlog, with that many in flight or, without, as many as it finds.
long answers_in_a_minute(const machine& on, std::optional<int> fixed, unsigned seed) {
  struct request {
    double left, ready;
    int in_flight;
    bool operator<(const request& other) const { return ready > other.ready; }
  };
  const auto moment = [](double at) { return start + duration{static_cast<std::int64_t>(at * 1e9)}; };
  std::mt19937_64 random(seed);
  machine_time time(on, random);
  adaptive_concurrency of(256);
  std::priority_queue<request> there;
  long done = 0;
  for (double now = 0; now < 60; ++done) {
    while (static_cast<int>(there.size()) < fixed.value_or(of.limit())) {
      const bool slow = on.knee && static_cast<int>(there.size()) >= *on.knee;
      there.push({now, now + on.latency * (slow ? 10 : 1) * std::uniform_real_distribution<>(0.95, 1.1)(random),
                  static_cast<int>(there.size()) + 1});
      of.use(static_cast<int>(there.size()));
    }
    const request next = there.top();
    there.pop();
    now = time.done(std::max(now, next.ready));
    of.good(moment(next.left), next.in_flight, moment(next.left), moment(now), true);
  }
  return done;
}

double share_of_best_bound(const machine& on) {
  long best = 0, found = 0;
  for (const int bound : {1, 8, 24, 32, 64, 128, 256}) best = std::max(best, answers_in_a_minute(on, bound, 7));
  constexpr unsigned seeds = 3;
  for (unsigned seed = 1; seed <= seeds; ++seed) found += answers_in_a_minute(on, std::nullopt, seed);
  return static_cast<double>(found) / static_cast<double>(best * seeds);
}

TEST(adaptive_concurrency_test, a_machine_that_stands_still_now_and_then_is_used_as_well_as_with_the_best_fixed_limit) {
  const std::vector<machine> machines{
      {"a tenth of a second each second", 0.02, about(1), about(0.1)},
      {"a tenth of a second each second, 5 ms", 0.005, about(1), about(0.1)},
      {"a second in eleven", 0.02, about(10), about(1)},
      {"a quota of 30 ms in 100 ms", 0.02, always(0.03), always(0.07)},
      {"a quota of 30 ms in 100 ms, 1 ms", 0.001, always(0.03), always(0.07)},
      {"a tenth of the time in slices of 3 ms, 100 ms", 0.1, always(0.003), about(0.027)},
      {"too much beyond 32, a tenth of a second each second", 0.05, about(1), about(0.1), 32},
  };
  for (const machine& each : machines) EXPECT_GE(share_of_best_bound(each), 0.9) << each.name;
}

TEST(adaptive_concurrency_test, a_machine_with_as_many_others_as_can_be_is_not_given_up) {
  const std::vector<machine> machines{
      {"a tenth of the time in slices of 3 ms", 0.02, always(0.003), about(0.027)},
      {"a twentieth", 0.02, always(0.003), about(0.06)},
      {"too much beyond 32", 0.05, always(0.003), about(0.027), 32},
  };
  for (const machine& each : machines) EXPECT_GE(share_of_best_bound(each), 0.65) << each.name;
}

}  // namespace
}  // namespace leadrelay::delivery
