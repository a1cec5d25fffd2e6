#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "delivery/limit_share.hpp"
#include "delivery/pace.hpp"
#include "delivery/sliding_window.hpp"
#include "delivery/turns.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::delivery {

/// This worker's share of one limit: its partitions' requests in any window, evenly paced. Where the limit has fewer requests than the
/// group has partitions it goes by turns, and is open here.
///
/// A partition that is new here was somebody else's until now, who may have used all its requests within the last window, those
/// that the pace lets leave at once at the very end. They count as used up, and come free as evenly as they would have been used, so much
/// later: so the limit holds through rebalances and restarts without a word between the workers. Who loses a partition no longer counts
/// its part of the requests that have left.
class shared_limit {
 public:
  explicit shared_limit(const providers::limit& of);

  /// The limit that comes in its place, the same or one whose windows are not longer: what has left counts there. Where that is to go by
  /// turns, the first comes one window later, for what others have sent is not known here.
  shared_limit successor(const providers::limit& of, time_point now) const;
  const providers::limit& whole() const noexcept { return whole_; }
  bool goes_by_turns() const noexcept { return whole_.requests < share_.total; }
  /// No turn comes before.
  time_point turns_from() const noexcept { return turns_from_; }

  bool open(time_point now) const;
  /// When it opens if nothing more happens; nothing where only the end of a reservation, or another share, opens it.
  std::optional<time_point> opens_at(time_point now) const;

  /// When a reserved request may leave at the earliest.
  time_point begins_at() const noexcept { return goes_by_turns() ? time_point::min() : leaving_.opens_at(); }

  void reserve(time_point now);
  /// So many requests were reserved before this limit came to be; none of them has a turn.
  void reserve_again(int requests) noexcept {
    for (; requests > 0; --requests) window_.reserve();
  }
  void cancel();
  void send(time_point now);
  /// A request would leave now but for the window.
  void hold_back(time_point now);
  /// A request would leave now but for what the provider says is left.
  void ease(time_point now);
  void set_share(const limit_share& share, time_point now);

 private:
  /// The partitions of one share that the other lacks.
  static std::vector<int> left_out(const limit_share& of, const limit_share& by);
  void count_gained(const limit_share& before, time_point now);
  void resize_paces();

  providers::limit whole_;
  duration per_;
  limit_share share_;
  sliding_window window_;
  pace pace_;     ///< of what is let through
  pace leaving_;  ///< of what leaves, as what is let through may be held up and would come together
  bool held_back_ = false;
  time_point turns_from_ = time_point::min();
};

/// All the limits of an account together: a request leaves only when every one has room for it. Those that go by turns have the same turns,
/// as a request would wait long for turns of each to come together.
class rate_limit {
 public:
  /// The whole of the limits, until `set_share` says otherwise.
  explicit rate_limit(const std::vector<providers::limit>& limits);

  bool open(time_point now) const;
  /// The latest of the closed limits' `opens_at`, `now` where all are open; nothing where one of them has none.
  std::optional<time_point> opens_at(time_point now) const;
  void reserve(time_point now);
  /// When the reserved request may leave at the earliest, in the past where it may leave at once.
  time_point begins_at() const noexcept;
  /// Whether turns go by the calendar's clock, which is to be told now and then, as somebody may set it.
  bool goes_by_calendar() const noexcept { return turns_.has_value(); }
  void read_calendar(time_point now, wall_time wall_now) noexcept {
    if (turns_) turns_->read_calendar(now, wall_now);
  }
  /// The reserved request is ready to leave.
  void tell_ready(time_point now) noexcept;
  /// Whether the reserved request may leave now; where not, it is to be cancelled.
  bool is_in_time(time_point now) const noexcept { return !turns_ || turns_->is_in_time(now); }
  /// It was not ready in time.
  void lose(time_point now) noexcept;
  /// The reserved request will not leave.
  void cancel();
  /// The reserved request leaves now.
  void send(time_point now);
  /// A request wanted to leave now and may not: the time until it may earns no burst.
  void hold_back(time_point now);
  /// The same where the provider says that nothing is left: what is sent at the full pace runs into that again and again.
  void ease(time_point now);
  /// `wall_now` is the same moment by the calendar.
  void set_share(const limit_share& share, time_point now, wall_time wall_now);
  /// Other limits from now on; so many requests are reserved. What has left counts in windows that are not longer than one before; a limit
  /// with longer ones begins as in a worker that has just been given its partitions.
  void set_limits(const std::vector<providers::limit>& limits, int reserved, time_point now, wall_time wall_now);

 private:
  shared_limit make_limit(const providers::limit& of, int reserved, time_point now) const;
  void take_turns(time_point now, wall_time wall_now);
  std::optional<slots> cut_time() const;

  std::vector<shared_limit> limits_;
  limit_share share_;
  std::optional<turns> turns_;                 ///< of the limits that go by turns
  time_point slots_from_ = time_point::min();  ///< those slots were others until about then
};

/// Added to every window, so that requests which leave in time also arrive in time though some travel faster than others.
inline constexpr duration arrival_margin = std::chrono::milliseconds{5};

}  // namespace leadrelay::delivery
