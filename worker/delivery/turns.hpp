#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "delivery/limit_share.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::delivery {

/// What time is cut into for limits that go by turns: one request in each slot keeps to all of them.
struct slots {
  duration length{};
  duration punctual = duration::max();  ///< how long after its beginning a slot may still be taken

  slots() = default;
  explicit slots(const providers::limit& of) { fit(of); }
  /// They keep to this limit too: as long as the slowest one's, and taken as early as the strictest one's.
  void fit(const providers::limit& of) noexcept;
  bool operator==(const slots&) const = default;
};

/// Shares limits of fewer requests than the group has partitions. Time is cut into slots, by the calendar's clock and so alike in every
/// worker, as many to a window as it allows requests; the partitions take turns at them, and whose turn it is may send one request. So a
/// limit holds however many workers there are, and a partition's turns pass to its next owner without anything to tell. Neighbours have
/// their turns far from one another, so that those of a worker come about evenly.
///
/// A request leaves at the beginning of its slot, or loses its turn; after one that was lost, a turn is taken so far ahead of its slot as
/// the request has taken to get ready, to announce it and to connect, and less so again once others are quicker. A window that is longer
/// by a twentieth (at most 2 s) makes up for what leaves later, by half of that at most, and for clocks that differ by less than the other
/// half. Where somebody sets the calendar's clock, slots follow it.
class turns {
 public:
  /// The first turn is one whose slot begins after `from`, as that of `from` itself may be used up already.
  turns(const slots& of, const limit_share& share, time_point now, wall_time wall_now, time_point from);
  turns(const slots& of, const limit_share& share, time_point now, wall_time wall_now) : turns(of, share, now, wall_now, now) {}

  const slots& cut_into() const noexcept { return slots_; }
  /// `wall_now` is the same moment by the calendar. Where its clock has been set since, a turn that is taken comes to nothing, and the next
  /// is one whose slot begins later.
  void read_calendar(time_point now, wall_time wall_now) noexcept;

  /// Whether it is a turn of this worker's, and none is taken.
  bool open(time_point now) const;
  /// When the next turn may be taken, `now` within one; nothing where only the end of the one that is taken opens it, or none is this
  /// worker's.
  std::optional<time_point> opens_at(time_point now) const;

  /// The turn is taken, and comes to nothing where its request does not leave in time.
  void take(time_point now) noexcept;
  /// Its request is ready to leave.
  void tell_ready(time_point now) noexcept;
  /// When its request may leave at the earliest.
  time_point begins_at() const noexcept { return taken_ ? begin_of(used_) : time_point::min(); }
  /// Whether the request may leave now.
  bool is_in_time(time_point now) const noexcept { return taken_ && now >= begin_of(used_) && now - begin_of(used_) <= slots_.punctual; }
  /// The request was not ready until now, which is too late.
  void lose(time_point now) noexcept;
  /// The request has left, or will not.
  void end() noexcept { taken_ = false; }

 private:
  std::int64_t slot_at(time_point now) const noexcept { return (now.time_since_epoch() + to_calendar_) / length_; }
  time_point begin_of(std::int64_t slot) const noexcept { return time_point{slot * length_ - to_calendar_}; }
  std::int64_t next_own(std::int64_t from) const;

  slots slots_;
  std::vector<int> places_;  ///< of this worker's partitions in a round of all, ascending
  int total_;
  duration length_;       ///< of a slot, so that a round is a time that can be waited for
  duration to_calendar_;  ///< from the loop's clock to Unix time
  time_point from_;
  duration ahead_{};    ///< how long before its slot's beginning a turn may be taken
  std::int64_t used_;   ///< the last slot that is
  bool taken_ = false;  ///< that slot is, and its request has not left
  bool ready_ = false;  ///< that request is
  time_point taken_at_{};
};

}  // namespace leadrelay::delivery
