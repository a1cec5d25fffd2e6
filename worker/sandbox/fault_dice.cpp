#include "sandbox/fault_dice.hpp"

#include <numeric>

namespace leadrelay::sandbox {

std::optional<fault> fault_dice::draw_fault(const fault_settings& by) {
  if (std::accumulate(by.percents.begin(), by.percents.end(), 0.0) <= 0) return std::nullopt;
  double point = uniform() * 100;
  for (std::size_t i = 0; i < fault_count; ++i) {
    if (point < by.percents[i]) return static_cast<fault>(i);
    point -= by.percents[i];
  }
  return std::nullopt;
}

bool fault_dice::draw_slow_body(const fault_settings& by) { return by.slow_body > 0 && uniform() * 100 < by.slow_body; }

duration fault_dice::draw_latency(const fault_settings& by) {
  if (by.jitter <= duration::zero()) return by.latency;
  return by.latency + duration{static_cast<std::int64_t>(uniform() * static_cast<double>(by.jitter.count()))};
}

}  // namespace leadrelay::sandbox
