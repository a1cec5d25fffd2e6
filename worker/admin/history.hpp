#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "admin/process_snapshot.hpp"

namespace leadrelay::admin {

/// What an account did in about the last minute.
struct recent_numbers {
  double seconds = 0;  ///< that these numbers are of; 0 before the first sample
  std::uint64_t requests = 0;
  std::uint64_t delivered = 0;
  relay::histogram request_seconds;
  relay::histogram delivery_seconds;
};

/// The process's last 15 minutes, a sample every five seconds: what the page's charts begin with when it is opened. An account costs about
/// 3.5 KB; of more than `most_accounts` the samples have the totals alone, so that each costs 2 KB.
class history {
 public:
  static constexpr duration every = std::chrono::seconds{5};
  static constexpr std::size_t most_samples = 180;
  static constexpr std::size_t most_accounts = 100;

  /// To be told `every` so often.
  void add(const process_snapshot& now);

  /// What the account did lately; `now` is how it stands at `at`.
  recent_numbers recent(const relay::account_snapshot& now, time_point at) const;

  /// The samples with a number above `after`, the oldest first, as a JSON object of arrays. The first sample has the number 1.
  std::string json(std::uint64_t after) const;

 private:
  /// What an account had counted.
  struct account_mark {
    std::uint64_t requests = 0;
    std::uint64_t failed = 0;
    std::uint64_t delivered = 0;
    relay::histogram request_seconds;
    relay::histogram delivery_seconds;
  };
  struct mark {
    time_point at;
    std::unordered_map<std::string, account_mark> accounts;  ///< by name
  };
  struct account_sample {
    std::uint32_t delivered = 0;
    std::uint32_t waiting = 0;
  };
  struct sample {
    std::uint32_t milliseconds = 0;  ///< since the one before
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;   ///< requests that delivered nothing
    std::uint64_t waiting = 0;  ///< the backlog
    std::uint64_t lag = 0;
    double p50 = 0;  ///< of the seconds from the record's time in Kafka to its delivery
    double p99 = 0;
    std::vector<account_sample> accounts;
  };

  static mark mark_of(const std::vector<relay::account_snapshot>& accounts, time_point at);
  sample sample_of(const process_snapshot& now, const std::vector<relay::account_snapshot>& accounts, const mark& as) const;
  void name(const std::vector<relay::account_snapshot>& accounts);

  std::vector<std::string> names_;  ///< of the accounts that have samples, in the order of these
  mark last_;
  std::deque<mark> marks_;  ///< about ten seconds apart
  std::deque<sample> samples_;
  std::uint64_t count_ = 0;  ///< of all samples that there have been
};

}  // namespace leadrelay::admin
