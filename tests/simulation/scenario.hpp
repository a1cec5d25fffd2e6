#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulation/dice.hpp"
#include "simulation/settings.hpp"

namespace leadrelay::simulation {

/// What one seed decides before the run begins.
struct scenario {
  explicit scenario(std::uint64_t seed);

  dice random;
  const setting* with = nullptr;
  int partitions = 1;
  int workers = 1;
  int records = 100;
  int leads = 10;
  int leads_of_a_key = 1;  ///< how many leads share a record key, and so a lane
  int keyless_per_mille = 0;
  int bad_per_mille = 0;
  int append_per_mille = 300;
  std::uint64_t memory = 64u << 20;
  std::optional<std::size_t> enough_ahead{};  ///< changes that a worker reads ahead
  int gaps_per_mille = 30;  ///< records after a gap in the offsets
  bool crowded = false;
  bool reloads = false;             ///< workers go from one configuration to the other and back
  dice reload_random;               ///< of what this adds, so that all else of a seed stays as it is
  std::optional<int> only_account;  ///< all is for this one, so that its limits are always reached
  duration feeding{};               ///< how long records come in
  duration troubles{};              ///< how long troubles come
  duration rebalance_deadline{};
  duration session_timeout{};

 private:
  void make_backlog();
  void make_long();
};

/// The account whose answers take long in a crowded scenario.
inline constexpr std::size_t slow_when_crowded = 5;

/// Makes the records of a scenario, one after another.
class feeder {
 public:
  explicit feeder(scenario& from);
  change next(int id);
  /// A good change of another lead of the same account, which is an Orwel account.
  change make_sign_of_life(int id, const change& beside);

 private:
  struct lead {
    int account = 0;
    int partition = 0;
    int lane = 0;
    std::optional<std::string> key;
  };

  change make_good(const lead& of, change out);
  change make_unsendable(change out, const std::string& id);
  change make_malformed(change out);

  scenario& from_;
  std::vector<lead> leads_;
};

}  // namespace leadrelay::simulation
