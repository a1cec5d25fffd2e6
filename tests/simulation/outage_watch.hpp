#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "simulation/broker.hpp"

namespace leadrelay::simulation {

/// Whether the workers spare one account's provider while it is down for all, so that nothing at all succeeds. Where five different
/// changes of a worker, or failures to connect, have failed since then without a success between, its breaker must be open: from then on
/// one try at a time, each at least 0.8 s after the last one failed, whose failures count as nobody's attempts, until three have
/// succeeded. It knows nothing of the worker's own breaker, and is more lenient than that where both see different things.
class outage_watch {
 public:
  outage_watch(surroundings& at, int account) : at_(at), account_(account) {}

  enum class end { works, fails, neither };

  void outage_begins() { outage_ = true; }
  void outage_ends() { outage_ = false; }

  /// A request leaves or a connection is tried; gives its number.
  std::uint64_t begins(int worker);
  /// `change` is -1 where there is none. Whether its failure may not count as an attempt.
  bool ends(int worker, std::uint64_t number, int change, bool was_parked, end how);

 private:
  struct side {
    std::set<int> failed;  ///< changes since the last success
    int failed_connects = 0;
    std::set<int> failed_ever;  ///< the same with those of tries that began before the outage
    int failed_connects_ever = 0;
    std::optional<time_point> may_be_open_since{};  ///< these were enough then, or half of many answers
    bool must_be_open = false;
    std::set<std::uint64_t> since_opened;  ///< tries under way that began since
    int successes = 0;                     ///< since
    time_point last_failure{};
  };

  surroundings& at_;
  int account_;
  std::uint64_t numbers_ = 0;
  bool outage_ = false;
  std::map<int, side> sides_;
  std::map<int, std::deque<time_point>> answers_;  ///< of each worker, of the last 30 s and a little more
  std::set<std::uint64_t> in_outage_;              ///< tries that began in it
};

}  // namespace leadrelay::simulation
