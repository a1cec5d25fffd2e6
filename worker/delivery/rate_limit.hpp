#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::delivery {

/// At most N requests in any sliding window, exactly: it remembers when each of the last N left. A request that is reserved but
/// has not left yet (its connection is still being opened) counts in every window. Bytes held: 8 for each request of the window.
class sliding_window {
 public:
  /// `of` cut down to the share `owned / total` of it, 0 < owned <= total.
  sliding_window(const providers::limit& of, int owned, int total);

  /// Whether one more may be reserved now.
  bool open(time_point now) const;
  /// When it opens if nothing more happens, in the past where it is open; nothing where only the end of a reservation opens it.
  std::optional<time_point> opens_at() const;

  void reserve() noexcept { ++reserved_; }
  void cancel() noexcept { --reserved_; }
  void send(time_point now);

  /// Takes another share; what has left stays counted.
  void set_share(int owned, int total);

 private:
  providers::limit whole_;
  std::size_t requests_ = 0;
  duration per_{};
  std::size_t reserved_ = 0;
  std::deque<time_point> sent_;  ///< the newest, oldest first, at most as many as the whole limit allows
};

/// All the limits of an account together: a request leaves only when every window has room for it.
class rate_limit {
 public:
  explicit rate_limit(const std::vector<providers::limit>& limits);

  bool open(time_point now) const;
  /// The latest of the closed windows' `opens_at`, `now` where all are open; nothing where one of them waits for a reservation to end.
  std::optional<time_point> opens_at(time_point now) const;
  void reserve();
  /// The reserved request will not leave.
  void cancel();
  /// The reserved request leaves now.
  void send(time_point now);
  void set_share(int owned, int total);

 private:
  std::vector<sliding_window> windows_;
};

/// Added to every window, so that requests which leave in time also arrive in time though some travel faster than others.
inline constexpr duration arrival_margin = std::chrono::milliseconds{5};

}  // namespace leadrelay::delivery
