#include <algorithm>
#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/adaptive_concurrency.hpp"
#include "unit/delivery/moments.hpp"

// `benchmarks/gate`'s degradation on virtual time: 32,000 requests to a provider that takes 50 ms, and ten times as long for whatever
// finds more than 32 there, itself counted. That is settled as a request comes to it; one is there no longer when its answer is on its way.
// The worker sends the next as it reads an answer, so that at 33 in flight one in twenty is slow, at 36 nearly each.
namespace leadrelay::delivery {
namespace {

constexpr int requests = 32'000;
constexpr std::size_t there_at_most = 32;
constexpr double wire = 50e-6;  ///< seconds
constexpr double work = 40e-6;  ///< of either process for each request and each answer, in seconds

/// How the processes stand still now and then and requests dally, in seconds.
struct disturbance {
  const char* name;
  double dallying;         ///< mean, before a request leaves the worker's machine
  double worker_runs;      ///< mean, until it stands still; 0: it never does
  double provider_runs;    ///< the same
  double least, most;      ///< of standing still
  double expected = 0.92;  ///< of what the best bound does, on average
};

/// Does one thing after another, and stands still now and then.
class process {
 public:
  process(double runs, const disturbance& by, std::mt19937_64& random) : runs_(runs), by_(by), random_(random) { run(0); }

  /// When work that is there from `at` on is done.
  double done(double at) {
    at = std::max(at, free_at_);
    while (at >= stands_still_at_) {
      const double again = stands_still_at_ + std::uniform_real_distribution<>(by_.least, by_.most)(random_);
      at = std::max(at, again);
      run(again);
    }
    return free_at_ = at + work;
  }

 private:
  void run(double from) { stands_still_at_ = runs_ > 0 ? from + std::exponential_distribution<>(1 / runs_)(random_) : 1e9; }

  double runs_;
  const disturbance& by_;
  std::mt19937_64& random_;
  double free_at_ = 0;
  double stands_still_at_ = 0;
};

enum class place { comes_to_provider, ends_at_provider, comes_to_worker };

struct event {
  double at;
  place is;
  std::size_t request;
  bool operator<(const event& other) const { return std::tie(at, request) > std::tie(other.at, other.request); }
};

struct request {
  double admitted, left;
  int in_flight;
};

/// With that many in flight or, without, as many as it finds. Answers a second.
double throughput(const disturbance& by, std::optional<int> fixed, unsigned seed) {
  const auto moment = [](double at) { return start + duration{static_cast<std::int64_t>(at * 1e9)}; };
  std::mt19937_64 random(seed);
  process worker(by.worker_runs, by, random), provider(by.provider_runs, by, random);
  adaptive_concurrency of(256);
  std::vector<request> all;
  std::priority_queue<event> next;
  std::size_t there = 0;
  int in_flight = 0;
  const auto send = [&](double now) {
    while (in_flight < fixed.value_or(of.limit())) {
      of.use(++in_flight);
      double left = worker.done(now);
      if (by.dallying > 0) left += std::exponential_distribution<>(1 / by.dallying)(random);
      next.push({left + wire, place::comes_to_provider, all.size()});
      all.push_back({now, left, in_flight});
    }
  };
  send(0);
  for (int done = 0;;) {
    const event now = next.top();
    next.pop();
    if (now.is == place::comes_to_provider) {
      const double takes = (++there > there_at_most ? 0.5 : 0.05) * std::uniform_real_distribution<>(0.99, 1.01)(random);
      next.push({provider.done(now.at) + takes, place::ends_at_provider, now.request});
    } else if (now.is == place::ends_at_provider) {
      --there;
      next.push({provider.done(now.at) + wire, place::comes_to_worker, now.request});
    } else {
      const double at = worker.done(now.at);
      if (++done == requests) return requests / at;
      const request& ended = all[now.request];
      of.good(moment(ended.admitted), ended.in_flight, moment(ended.left), moment(at), true);
      --in_flight;
      send(at);
    }
  }
}

const std::vector<disturbance> disturbances{
    {"none", 0, 0, 0, 0, 0},
    {"a millisecond", 0.001, 0, 0, 0, 0},
    {"three milliseconds", 0.003, 0, 0, 0, 0},
    {"the worker stands still each second", 0.0005, 1, 0, 0.01, 0.05},
    {"the provider stands still each second", 0.0005, 0, 1, 0.01, 0.05},
    {"both each second", 0.001, 1, 1, 0.01, 0.05},
    {"both each five seconds", 0.001, 5, 5, 0.01, 0.05},
    {"both three times a second", 0.001, 0.3, 0.3, 0.01, 0.05, 0.9},
    {"both ten times a second, shortly", 0.001, 0.1, 0.1, 0.005, 0.01},
};

TEST(adaptive_concurrency_test, provider_that_degrades_is_used_as_well_as_with_the_best_fixed_limit_however_the_processes_are_disturbed) {
  constexpr unsigned seeds = 10;
  for (const disturbance& by : disturbances) {
    const double best = throughput(by, 32, 1);
    double sum = 0, worst = best;
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const double found = throughput(by, std::nullopt, seed);
      sum += found;
      worst = std::min(worst, found);
    }
    EXPECT_GE(sum / seeds / best, by.expected) << by.name;
    EXPECT_GE(worst / best, 0.85) << by.name;
  }
}

}  // namespace
}  // namespace leadrelay::delivery
