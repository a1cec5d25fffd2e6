#pragma once

#include <optional>

#include "base/time.hpp"
#include "delivery/recent_counts.hpp"

namespace leadrelay::delivery {

/// Keeps retries from multiplying the load on a provider that fails ("retry budget": Finagle's RetryBudget; Google SRE Book, chapter
/// 21): within 30 s a fifth of all requests may be retries, three in any case. A retry that the provider answers well is given back, for
/// it was no extra load: what waits after an outage leaves as fast as it succeeds.
class retry_budget {
 public:
  static constexpr int always = 3;         ///< retries within 30 s that need no requests
  static constexpr int requests_each = 5;  ///< that cover one retry

  /// Whether one more retry may leave now.
  bool open(time_point now) { return retries_.count(now) < allowed(requests_.count(now)); }
  /// When it opens though nothing else happens, within 30 s; `now` where it is open.
  time_point opens_at(time_point now);

  /// A request leaves, a first try or a retry.
  void count(time_point now) { requests_.add(now); }
  /// A retry is admitted.
  void take(time_point now) { retries_.add(now); }
  /// The retry taken at `when` went well, or did not leave.
  void give_back(time_point when, time_point now) { retries_.take_back(when, now); }

 private:
  static std::int64_t allowed(std::int64_t requests) { return requests / requests_each < always ? always : requests / requests_each; }

  recent_counts requests_;
  recent_counts retries_;
};

}  // namespace leadrelay::delivery
