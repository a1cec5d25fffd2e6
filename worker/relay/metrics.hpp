#pragma once

#include <array>
#include <cstdint>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "delivery/transport_error.hpp"
#include "providers/judge.hpp"

namespace leadrelay::relay {

inline constexpr int verdict_count = 6;

/// Counts of durations in fixed buckets, as a Prometheus histogram has them.
class histogram {
 public:
  /// Upper bounds in seconds; one more bucket takes the rest.
  static constexpr std::array<double, 14> bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

  void add(duration value) noexcept;
  void add(const histogram& other) noexcept;

  /// What was added since it stood as `earlier`.
  histogram since(const histogram& earlier) const noexcept;

  const std::array<std::uint64_t, bounds.size() + 1>& counts() const noexcept { return counts_; }
  double sum_seconds() const noexcept { return sum_seconds_; }
  std::uint64_t count() const noexcept { return count_; }
  /// The bound of the bucket that the quantile falls in, in seconds; 0 without counts.
  double quantile(double q) const noexcept;

 private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};
  double sum_seconds_ = 0;
  std::uint64_t count_ = 0;
};

/// What one worker counts for one account.
struct account_metrics {
  std::uint64_t taken = 0;
  std::uint64_t delivered = 0;
  std::uint64_t merged = 0;  ///< of those delivered, with a later one's request
  std::array<std::uint64_t, reason_count> dead_letters{};
  std::array<std::uint64_t, verdict_count> verdicts{};  ///< of answers and transport errors, one an exchange
  std::array<std::uint64_t, delivery::transport_error_count> transport_errors{};
  std::uint64_t several_leads_matched = 0;
  std::uint64_t breaker_openings = 0;
  std::uint64_t parkings = 0;           ///< times that its changes began to be parked
  std::uint64_t parked = 0;             ///< changes moved to its topic of parked changes
  std::uint64_t retries_held_back = 0;  ///< that waited for the budget of retries
  histogram request_seconds;
  histogram delivery_seconds;  ///< of those delivered, from their record's time in Kafka on

  void add(const account_metrics& other) noexcept;
  std::uint64_t dead_lettered() const noexcept;
};

/// What one worker counts beside its accounts.
struct worker_metrics {
  std::uint64_t records = 0;
  std::uint64_t record_bytes = 0;
  std::array<std::uint64_t, reason_count> dead_letters{};  ///< of records whose account is not known
  std::uint64_t commits = 0;
  std::uint64_t commit_errors = 0;
  std::uint64_t assignments = 0;
  std::uint64_t revocations = 0;
  std::uint64_t kafka_errors = 0;
  std::uint64_t stalls = 0;                ///< partitions found without progress though they had work
  std::uint64_t dead_letter_failures = 0;  ///< attempts to write a dead letter that failed

  void add(const worker_metrics& other) noexcept;
};

}  // namespace leadrelay::relay
