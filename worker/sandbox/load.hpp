#pragma once

#include <cstdint>
#include <vector>

#include "sandbox/options.hpp"

namespace leadrelay::sandbox {

/// How long a provider under load takes for an answer. It has so many places as its `capacity`, each of which serves one request at a time,
/// so that what comes beyond them queues, first come first served; and with more than `degrade.above` requests in it everything takes
/// longer.
class provider_load {
 public:
  /// A request comes at `now`, not before the last one, and would take `latency` in peace. How long it takes as things are, waiting for a
  /// place included. That is settled as it comes: what comes later makes it no slower.
  duration serve(time_point now, duration latency, const fault_settings& by);

  /// One that takes time is in it until it is done.
  void enter() noexcept;
  void leave() noexcept { --inside_; }

  std::uint64_t most_inside() const noexcept { return most_inside_; }
  std::uint64_t queued() const noexcept { return queued_; }
  std::uint64_t degraded() const noexcept { return degraded_; }

 private:
  std::uint64_t inside_ = 0;
  std::uint64_t most_inside_ = 0;
  std::uint64_t queued_ = 0;         ///< those that had to wait for a place
  std::uint64_t degraded_ = 0;       ///< those that took longer
  std::vector<time_point> free_at_;  ///< a heap of the places that are or will be taken, the earliest to be free on top
};

}  // namespace leadrelay::sandbox
