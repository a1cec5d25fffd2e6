#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// When the changes that wait were written, to the second: how many there are of each. What the oldest is costs the same however many wait.
/// Times are a record's, in Unix milliseconds; one without (below 0) counts nowhere.
class waiting_times {
 public:
  void add(std::int64_t written_ms) {
    if (written_ms >= 0) ++counts_[written_ms / 1000];
  }

  /// One that was added.
  void remove(std::int64_t written_ms) {
    const auto found = counts_.find(written_ms / 1000);
    if (written_ms < 0 || found == counts_.end()) return;
    if (--found->second == 0) counts_.erase(found);
  }

  std::optional<wall_time> oldest() const {
    if (counts_.empty()) return std::nullopt;
    return wall_time{std::chrono::seconds{counts_.begin()->first}};
  }

 private:
  std::map<std::int64_t, std::uint64_t> counts_;  ///< by second
};

}  // namespace leadrelay::delivery
