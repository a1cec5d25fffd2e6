#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leadrelay::benchmarks {

/// By partition, parts are as docs/decisions/shares_of_limits.md has them. By demand, they are units that workers pass on to one another by
/// words in a topic of one partition, one word of each worker a second; who gets a unit counts it as used, as the worker does with a
/// partition that is new to it.
enum class design {
  by_partition,
  /// A word tells what waits, and how many units its worker wants. Who wants fewer uses fewer before it says so; who wants more uses them
  /// once it has read its own word, as far as the words up to it leave room. All read them in one order, and so agree.
  acknowledged,
  /// A word tells what waits; a second later each worker uses the units that the words it has read give it.
  by_the_clock,
};

/// How an import falls on the partitions: as much on each; by the hashes of 200 leads; by Zipf's law with exponent 1; all on one.
enum class spread { even, leads, zipf, one };

/// Imports come one after another, each when the one before is delivered, on other partitions each time. A word takes 5 to 500 ms. In
/// trouble, one word in twenty is lost, one in twenty is 1 to 10 s late, and after one in a hundred its worker stands still for 2 to 15 s,
/// before it reads that word and what others say meanwhile; a worker without words does so as often.
struct scene {
  design by{};
  std::size_t workers = 2;  ///< 1, 2, 4 or 8, as partitions are 8
  spread over{};
  bool in_trouble = false;
  std::uint64_t seed = 1;
};

/// What the provider sees, and the time that parts and words take.
struct figures {
  long accepted = 0;
  double time_s = 0;
  long words = 0;
  double most = 0;              ///< in any window, of what it allows
  long above = 0;               ///< requests that it refuses
  std::vector<double> moved_s;  ///< from an import's beginning until the worker with most of it has the units for it
};

/// What the limits of the model allow together.
inline constexpr double allowed_per_s = 30;

/// Adds what twenty imports of a scene give.
void play(const scene& of, figures& out);

}  // namespace leadrelay::benchmarks
