#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// At most N requests in any window of a length, exactly: it remembers when each of the last N left. A request that is reserved but
/// has not left yet (its connection is still being opened) counts in every window. Bytes held: 8 for each request of the window.
class sliding_window {
 public:
  sliding_window(std::int64_t requests, duration per) : requests_(static_cast<std::size_t>(requests)), per_(per) {}

  /// Whether one more may be reserved now.
  bool open(time_point now) const;
  /// When it opens if nothing more happens, in the past where it is open; nothing where only the end of a reservation opens it, or where
  /// it allows no request at all.
  std::optional<time_point> opens_at() const;

  void reserve() noexcept { ++reserved_; }
  void cancel() noexcept { --reserved_; }
  void send(time_point now);

  /// Another number of requests, from 0; what has left stays counted.
  void resize(std::int64_t requests) noexcept { requests_ = static_cast<std::size_t>(requests); }
  /// Forgets of what has left the part that `requests` are of all, at most as many as would have left evenly within one length up to
  /// `until`.
  void forget(std::int64_t requests, time_point until, time_point now);
  /// Counts `requests` more that have left, evenly within one length up to `until`. What is left of an earlier such count is spread anew
  /// with them.
  void count_as_sent(std::int64_t requests, time_point until, time_point now);

  /// The same requests, in a window of another length, which is not longer, and that allows so many.
  sliding_window shortened(std::int64_t requests, duration per) const;

  std::int64_t requests() const noexcept { return static_cast<std::int64_t>(requests_); }

 private:
  std::size_t counted(time_point now) const;
  time_point counted_at_most(std::size_t left) const;

  std::size_t requests_;
  duration per_;
  std::size_t reserved_ = 0;
  std::deque<time_point> sent_;  ///< ascending
  std::size_t counted_ = 0;      ///< as sent, evenly up to `counted_until_`
  time_point counted_until_{};
};

}  // namespace leadrelay::delivery
