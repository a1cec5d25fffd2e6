#include "sandbox/arrivals.hpp"

#include <algorithm>

namespace leadrelay::sandbox {

void arrival_log::add(time_point at) {
  ++total_;
  if (most_ == 0) return;
  if (times_.size() < most_) {
    times_.push_back(at);
    return;
  }
  times_[oldest_] = at;
  oldest_ = (oldest_ + 1) % most_;
}

std::size_t arrival_log::most_within(duration window) const {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < times_.size(); ++last) {
    while (first < last && at(last) - at(first) >= window) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

void sliding_limit::forget(time_point now) {
  while (!admitted_.empty() && now - admitted_.front() >= rule_.per) admitted_.pop_front();
}

bool sliding_limit::admit(time_point now) {
  if (remaining(now) == 0) return false;
  admitted_.push_back(now);
  return true;
}

std::uint32_t sliding_limit::remaining(time_point now) {
  forget(now);
  return rule_.requests - static_cast<std::uint32_t>(std::min<std::size_t>(admitted_.size(), rule_.requests));
}

duration sliding_limit::until_free(time_point now) { return remaining(now) > 0 ? duration::zero() : until_oldest_leaves(now); }

duration sliding_limit::until_oldest_leaves(time_point now) {
  forget(now);
  return admitted_.empty() ? rule_.per : admitted_.front() + rule_.per - now;
}

}  // namespace leadrelay::sandbox
