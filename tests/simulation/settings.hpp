#pragma once

#include <memory>
#include <vector>

#include "config/configuration.hpp"
#include "simulation/kept_limits.hpp"
#include "simulation/ledger.hpp"

namespace leadrelay::simulation {

/// The configurations that runs choose from, each loaded once.
struct setting {
  std::shared_ptr<const config::configuration> configuration;
  std::shared_ptr<const config::configuration> stricter;  ///< the same accounts with lower limits, less concurrency and other waits
  std::vector<account_rules> rules;
  std::vector<kept_rules> kept;  ///< by account: the limits of its provider
  bool has_long_limits = false;  ///< so long that the world has to last longer
};
const setting& setting_of(int number);
int settings();
/// The first of them have no long limits, and providers without limits of their own.
inline constexpr int plain_settings = 2;

}  // namespace leadrelay::simulation
