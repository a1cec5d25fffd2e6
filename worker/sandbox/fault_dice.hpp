#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "sandbox/options.hpp"

namespace leadrelay::sandbox {

/// Decides by chance, from a seed: the same seed and the same requests meet the same faults on every machine. Where a setting leaves
/// nothing to chance, nothing is drawn.
class fault_dice {
 public:
  explicit fault_dice(std::uint64_t seed) : engine_(seed) {}

  /// The fault of one request, if any.
  std::optional<fault> draw_fault(const fault_settings& by);

  /// Whether one answer's body is dribbled.
  bool draw_slow_body(const fault_settings& by);

  /// How long one answer waits.
  duration draw_latency(const fault_settings& by);

 private:
  /// Uniform, at least 0, below 1.
  double uniform() noexcept { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  std::mt19937_64 engine_;
};

}  // namespace leadrelay::sandbox
