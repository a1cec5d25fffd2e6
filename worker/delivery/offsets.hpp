#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delivery/offset_map.hpp"

namespace leadrelay::delivery {

/// What is known of a record that comes from Kafka.
enum class known {
  nothing,         ///< it is to be delivered
  settled_before,  ///< settled before a restart; not taken
  taken_before,    ///< taken already; not taken again
};

/// Which records of one partition are settled: how far it may be committed, never beyond a record that is not settled, and the map of
/// what is settled above that. Offsets that were never taken (compaction, transaction markers) count as settled.
class offsets {
 public:
  /// The writer is a number that no other worker of the group has, or 0.
  explicit offsets(std::uint32_t writer = 0) noexcept : writer_(writer) {}

  /// Goes on from a commit and what was kept beside it; false where that cannot be read and counts as nothing.
  bool restore(std::int64_t committed, std::string_view metadata);

  /// What this worker itself has settled of the partition when it had it before stays settled; and where the map is this worker's own, what
  /// it knows as started is: a commit can have told of a start that did not come to be. To be called before the first `take`.
  void adopt(const offsets& former);
  /// Whether the broker does not know yet what was adopted: until it does, nothing that comes after that may be delivered.
  bool adopted_is_untold() const noexcept { return acknowledged_version_ < adopted_version_; }

  /// A record was read. Offsets rise; one below the first of all says that the partition's log has begun anew, and what was before is
  /// forgotten.
  known take(std::int64_t offset);

  /// All before that offset has been read: what was not taken of it does not exist.
  void pass(std::int64_t next);

  /// The end of a taken record is durable. Settling twice changes nothing.
  void settle(std::int64_t offset);
  /// The same of one that this worker took when it had the partition before, whether it is read again yet or not.
  void settle_former(std::int64_t offset);
  /// Whether a taken record is settled.
  bool is_settled(std::int64_t offset) const;

  /// A taken record's request, which may not be repeated, is about to leave; false where as many as the map can hold are under way.
  bool start(std::int64_t offset);
  /// The same of a request of several, the last of which is at `offset`; there must be room for it. From now on it stands for those of them
  /// in `lower` that were the last of a started request themselves, so that a commit tells of it alone. Where it is taken back they stand
  /// as before.
  void start_together(std::int64_t offset, const std::vector<std::int64_t>& lower);
  /// Whether there is room for another one of several, beside what is left for those that may not be repeated.
  bool can_start_together() const noexcept { return started_.size() < most_started_together; }
  /// Whether it is: of a record that this worker has not started since it has the partition, that its request may have left before.
  bool is_started(std::int64_t offset) const { return started_.contains(offset); }
  bool any_started() const noexcept { return !started_.empty(); }
  /// Whether records that were started before are still to be read.
  bool has_started_ahead() const noexcept { return !started_.empty() && started_.rbegin()->first >= next_; }
  /// That request has surely had no effect.
  void take_back(std::int64_t offset);
  /// It stays, but does not stand for lower ones any more: the highest of them stands again beside it, for the rest.
  void split(std::int64_t offset);
  /// The same of one that this worker started when it had the partition before. A start that another worker has told stays.
  void take_back_former(std::int64_t offset);

  /// The next offset to read after a restart: everything before it is settled. Nothing before the first `take`.
  std::optional<std::int64_t> committable() const noexcept;
  /// What is to be kept beside it.
  offset_map map() const;

  /// Whether taking in should stop: the map of all that is taken could outgrow the metadata if it settles in the worst order. Turns false
  /// only below three quarters of that.
  bool full() const noexcept { return full_; }

  /// Counts up with all that a commit would tell.
  std::uint64_t version() const noexcept { return version_; }
  /// The broker has acknowledged a commit made at that version.
  void acknowledged(std::uint64_t version, std::int64_t next) noexcept;
  /// Whether a commit would tell the broker more than it has acknowledged.
  bool ahead_of_broker() const noexcept { return committable() && version_ != acknowledged_version_; }
  /// The offset last acknowledged; -1 before the first.
  std::int64_t last_acknowledged() const noexcept { return acknowledged_; }

  std::size_t outstanding() const noexcept { return outstanding_; }

 private:
  struct taken {
    std::int64_t offset;
    bool settled;
  };

  std::optional<std::size_t> place_of(std::int64_t offset) const;
  std::int64_t lowest() const noexcept;
  void add_settled(offset_range range);
  void forget_all();
  bool was_settled(std::int64_t offset);
  void drop_settled();
  void look_whether_full();

  std::uint32_t writer_;
  bool restored_own_ = false;          ///< whether the map came from this worker
  std::deque<taken> window_;           ///< from the first unsettled record on; settled ones are dropped now and then
  std::deque<offset_range> restored_;  ///< settled before a restart and not read again yet
  std::map<std::int64_t, std::vector<std::int64_t>> started_;  ///< with the lower ones that each stands for, rising
  std::int64_t begin_ = -1;  ///< where reading began
  std::int64_t next_ = -1;   ///< one beyond the last record read
  bool any_taken_ = false;
  std::uint64_t version_ = 0;
  std::uint64_t adopted_version_ = 0;
  std::uint64_t acknowledged_version_ = 0;
  std::int64_t acknowledged_ = -1;
  std::size_t outstanding_ = 0;
  bool full_ = false;
};

}  // namespace leadrelay::delivery
