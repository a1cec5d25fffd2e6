#pragma once

#include <cstdint>
#include <map>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "dead_letters/selection.hpp"

namespace leadrelay::dead_letters {

/// Dead letters of one reason and account, counted.
struct group {
  std::string reason;   ///< empty: records that are no dead letters of Leadrelay
  std::string account;  ///< empty where neither letter nor event names one
  std::uint64_t count = 0;
  std::uint64_t replayed = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};

/// Counts by reason and account. Accounts come from events too, so that there may be any number of names: those beyond `most` together
/// are one account `(others)`.
class groups {
 public:
  explicit groups(std::size_t most = 10'000) : most_(most) {}

  void add(const read_letter_record& one, bool replayed);
  /// The largest first.
  std::vector<group> sorted() const;
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t replayed() const noexcept { return replayed_; }

 private:
  std::size_t most_;
  std::map<std::pair<std::string, std::string>, group> groups_;
  std::uint64_t count_ = 0;
  std::uint64_t replayed_ = 0;
};

/// What a list shows of one dead letter; texts are cut to what a line bears.
struct summary {
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::int64_t time_ms = -1;
  std::string reason;
  std::string account;
  std::string provider;
  std::string event_id;
  std::string lead;
  std::string source_topic;  ///< empty where the letter does not tell
  std::int32_t source_partition = -1;
  std::int64_t source_offset = -1;
  std::int64_t replays = 0;
  bool replayed = false;
};

summary summarize(const read_letter_record& one, bool replayed);

/// Keeps the `most` newest of all that it is shown; of one time those that lie later.
class newest {
 public:
  explicit newest(std::size_t most) : most_(most) {}

  /// Whether one of this time would be kept, so that others need not be summarized.
  bool takes(std::int64_t time_ms) const { return kept_.size() < most_ || (most_ > 0 && time_ms >= kept_.top().time_ms); }
  void add(summary one);
  /// The newest first. Leaves nothing behind.
  std::vector<summary> take();

 private:
  struct newer {
    bool operator()(const summary& a, const summary& b) const noexcept {
      return std::tie(a.time_ms, a.offset) > std::tie(b.time_ms, b.offset);
    }
  };
  std::size_t most_;
  std::priority_queue<summary, std::vector<summary>, newer> kept_;  ///< the oldest on top
};

}  // namespace leadrelay::dead_letters
