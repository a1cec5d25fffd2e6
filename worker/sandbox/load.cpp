#include "sandbox/load.hpp"

#include <algorithm>
#include <functional>

namespace leadrelay::sandbox {

duration provider_load::serve(time_point now, duration latency, const fault_settings& by) {
  if (by.degrade && inside_ + 1 > by.degrade->above) {
    ++degraded_;
    latency = duration{static_cast<std::int64_t>(static_cast<double>(latency.count()) * by.degrade->factor)};
  }
  if (by.capacity == 0) return latency;
  const auto later = std::greater<>{};
  while (free_at_.size() > by.capacity || (!free_at_.empty() && free_at_.front() <= now)) {
    std::ranges::pop_heap(free_at_, later);
    free_at_.pop_back();
  }
  time_point begin = now;
  if (free_at_.size() == by.capacity) {
    ++queued_;
    begin = free_at_.front();
    std::ranges::pop_heap(free_at_, later);
    free_at_.pop_back();
  }
  free_at_.push_back(begin + latency);
  std::ranges::push_heap(free_at_, later);
  return begin + latency - now;
}

void provider_load::enter() noexcept { most_inside_ = std::max(most_inside_, ++inside_); }

}  // namespace leadrelay::sandbox
