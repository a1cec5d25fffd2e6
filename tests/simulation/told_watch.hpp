#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "simulation/broker.hpp"
#include "simulation/kept_limits.hpp"

namespace leadrelay::simulation {

/// Whether the workers go by what one account's provider tells them, each by the answers that it has read: nothing leaves before a reset
/// while none is left, nor before a Retry-After is over. Of what is left each worker sends no more than the part of its partitions, less
/// what it has on the wire, until an answer to a later request tells anew. It knows nothing of the worker's own count, and is more lenient
/// where that knows more.
class told_watch {
 public:
  told_watch(surroundings& at, int account) : at_(at), account_(account) {}

  /// A request leaves the worker, which owns so many of the group's partitions; its number.
  std::uint64_t leaves(int worker, int owned, int total);
  /// The worker has read the answer, which says so, or there is none. `unsent` requests have passed its gate and have not left.
  void ends(int worker, std::uint64_t number, const std::vector<told_left>& told, const std::optional<told_moment>& wait,
            std::int64_t unsent);
  std::int64_t on_the_wire(int worker) { return std::ssize(sides_[worker].on_the_wire); }

 private:
  /// What one answer says of one limit.
  struct word {
    std::size_t limit = 0;
    std::int64_t left = 0;
    std::int64_t least = 0;         ///< that any answer of that time has told
    time_point least_until{};       ///< as it told; known until then
    time_point until{};             ///< `left` counts until then, no longer than the least
    std::uint64_t last_before = 0;  ///< the last request that had left when it was read
    std::int64_t others = 0;        ///< on the wire then, as far as none of their answers has told anything since
    std::int64_t unsent = 0;        ///< then
    std::int64_t sent = 0;          ///< since
    std::int64_t most = 0;          ///< that the worker's part of it has been since
  };
  struct side {
    std::set<std::uint64_t> on_the_wire;
    std::vector<word> words;
    time_point none_left_until{};
    time_point waits_until{};
    std::uint64_t last = 0;
  };

  void check_word(int worker, word& of, int owned, int total);
  void hear(side& of, std::uint64_t number, const std::vector<told_left>& told, std::int64_t unsent);

  surroundings& at_;
  int account_;
  std::map<int, side> sides_;
};

}  // namespace leadrelay::simulation
