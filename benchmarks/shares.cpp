// How much of an account's limits the workers of a group use where each partition has its part, and where parts follow demand: a model in
// virtual time around the worker's own windows and pace. bench_shares [SEEDS]
//
// Exits 1 where a limit is exceeded by a design that must not, or never by the one that must: a model in which nothing goes wrong proves
// nothing.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "shares_model.hpp"

namespace {

using namespace leadrelay::benchmarks;

constexpr std::array<std::pair<design, const char*>, 3> designs{
    {{design::by_partition, "partition"}, {design::acknowledged, "demand, acknowledged"}, {design::by_the_clock, "demand, by the clock"}}};
constexpr std::array<std::pair<spread, const char*>, 4> spreads{
    {{spread::even, "even"}, {spread::leads, "200 leads"}, {spread::zipf, "Zipf 1.0"}, {spread::one, "one"}}};

/// Prints what several seeds give; returns the requests above the limits.
long print(scene of, int seeds) {
  figures all;
  for (int seed = 1; seed <= seeds; ++seed) {
    of.seed = static_cast<std::uint64_t>(seed);
    play(of, all);
  }
  std::printf("%8.1f%%%8.1f%%%7ld", 100 * static_cast<double>(all.accepted) / all.time_s / allowed_per_s, 100 * all.most, all.above);
  std::ranges::sort(all.moved_s);
  if (all.moved_s.empty())
    std::printf("%9s%9s", "-", "-");
  else
    std::printf("%9.1f%9.1f", all.moved_s[all.moved_s.size() / 2], all.moved_s.back());
  std::printf("%9.1f", static_cast<double>(all.words) / all.time_s);
  return all.above;
}

}  // namespace

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : 5;
  if (argc > 2 || seeds < 1) return std::fputs("bench_shares [SEEDS], at least 1\n", stderr), 2;
  std::printf("%-44s%-52s%s\n%-9s%-11s%-22s", "", "at peace", "in trouble", "workers", "backlog", "parts by");
  for (int i = 0; i < 2; ++i) std::printf("%9s%9s%7s%9s%9s%9s", "used", "most", "above", "moved s", "longest", "words/s");
  std::puts("");
  std::map<design, long> above;
  for (const std::size_t workers : {2, 4, 8})
    for (const auto& [over, backlog] : spreads)
      for (const auto& [by, parts] : designs) {
        std::printf("%-9zu%-11s%-22s", workers, backlog, parts);
        for (const bool in_trouble : {false, true}) above[by] += print({by, workers, over, in_trouble}, seeds);
        std::puts("");
      }
  if (above[design::by_partition] > 0) return std::fputs("parts of partitions exceed a limit\n", stderr), 1;
  if (above[design::acknowledged] > 0) return std::fputs("parts that are acknowledged exceed a limit\n", stderr), 1;
  if (above[design::by_the_clock] == 0) return std::fputs("parts by the clock exceed no limit: the trouble is too little\n", stderr), 1;
}
