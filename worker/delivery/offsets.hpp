#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace leadrelay::delivery {

/// Which records of one partition are settled, and how far it may be committed: never beyond a record that is not settled.
/// Offsets that were never taken (compaction, transaction markers) count as settled.
class offsets {
 public:
  /// A record was read. Offsets rise; one that does not is refused (false) because it was taken before, as is a negative one.
  bool take(std::int64_t offset);

  /// The end of a taken record is durable. Settling twice changes nothing.
  void settle(std::int64_t offset);

  /// The next offset to read after a restart: everything before it is settled. Nothing before the first `take`.
  std::optional<std::int64_t> committable() const noexcept;

  /// What was last handed to a commit that the broker has acknowledged.
  void acknowledged(std::int64_t next) noexcept;
  /// Whether a commit would tell the broker more than it has acknowledged.
  bool ahead_of_broker() const noexcept;
  /// -1 before the first.
  std::int64_t last_acknowledged() const noexcept { return acknowledged_; }

  std::size_t outstanding() const noexcept { return outstanding_; }

 private:
  struct taken {
    std::int64_t offset;
    bool settled;
  };
  std::deque<taken> window_;  ///< from the first unsettled record on
  std::int64_t first_ = -1;   ///< the first record taken
  std::int64_t next_ = -1;    ///< one beyond the last record taken
  std::int64_t acknowledged_ = -1;
  std::size_t outstanding_ = 0;
};

}  // namespace leadrelay::delivery
