#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "base/json.hpp"
#include "sandbox/options.hpp"

namespace leadrelay::sandbox {

/// What happened at one provider since the start or the last reset.
struct counters {
  std::uint64_t requests = 0;              ///< of the provider's paths, refused ones included
  std::uint64_t applied = 0;               ///< updates that changed a lead, lost answers included
  std::uint64_t reads = 0;                 ///< reads answered with a lead
  std::map<int, std::uint64_t> by_status;  ///< answers planned; hangs, resets and `malformed` have no status
  std::array<std::uint64_t, fault_count> faults{};
  std::uint64_t slow_bodies = 0;
  std::uint64_t limited = 0;           ///< refused with 429 by a limit
  std::uint64_t order_violations = 0;  ///< applied with a lower sequence than the one applied before to the lead
  std::uint64_t repeats = 0;           ///< applied with the same sequence, or without one the same body, as the one before
  std::uint64_t overlaps = 0;          ///< began while another request of the lead was in flight

  std::uint64_t fault_count_of(fault what) const noexcept { return faults[static_cast<std::size_t>(what)]; }
};

/// Writes the members into an object that has been started.
void write_counters(json::writer& out, const counters& from);

}  // namespace leadrelay::sandbox
