#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "simulation/providers.hpp"
#include "simulation/trace.hpp"

namespace leadrelay::simulation {

struct run_result {
  std::uint64_t seed = 0;
  std::optional<violation> broken;
  std::uint64_t events = 0;
  std::uint64_t hash = 0;  ///< of all that happened
  duration simulated{};
  use_of_limits use;
};

/// One run in the world that the seed makes: some workers, their records, every trouble, and at last calm, in which all has to settle.
/// Ends at the first violation.
run_result run(std::uint64_t seed, bool prints_trace = false);

/// The command that repeats a run, with its trace.
std::string repeat_command(std::uint64_t seed);

/// What is said of a run whose invariants did not hold.
std::string describe(const run_result& of);

}  // namespace leadrelay::simulation
