#pragma once

#include <cstdint>
#include <vector>

namespace leadrelay::delivery {

/// The part of an account's limits that is this worker's: that of its partitions. The partitions of all topics are numbered through from
/// zero, alike in every worker of the group.
struct limit_share {
  std::vector<int> owned{0};  ///< ascending
  int total = 1;              ///< how many there are in the whole group, from 1

  /// How many of `requests` are partition `partition`'s. All partitions' together are exactly `requests`.
  std::int64_t of_partition(std::int64_t requests, int partition) const noexcept {
    return requests * (partition + 1) / total - requests * partition / total;
  }
  std::int64_t of(std::int64_t requests) const noexcept {
    std::int64_t sum = 0;
    for (const int each : owned) sum += of_partition(requests, each);
    return sum;
  }
};

}  // namespace leadrelay::delivery
