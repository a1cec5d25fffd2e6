#pragma once

#include "base/time.hpp"

namespace leadrelay::delivery {

/// The wait that a provider asks for. It may be cut short, or be nobody's word but a guess, so that after it one request at a time asks
/// whether it is over, until an answer says so.
class asked_wait {
 public:
  /// A wait that is already longer stays.
  void hold_until(time_point until) noexcept {
    if (until <= until_) return;
    until_ = until;
    over_ = false;
    asking_ = false;
  }

  bool open(time_point now, int in_flight) const noexcept { return now >= until_ && !is_asking(in_flight); }
  time_point until() const noexcept { return until_; }
  /// Whether one that asks is on its way.
  bool is_asking(int in_flight) const noexcept { return asking_ && in_flight > 0; }

  /// One is let through.
  void admit() noexcept { asking_ = !over_; }
  /// One that was let through at `admitted` has ended; `lets_through`: with an answer other than to wait.
  void end(time_point admitted, bool lets_through) noexcept {
    if (over_ || admitted < until_) return;
    over_ = lets_through;
    asking_ = false;
  }
  /// One does not leave, or none is in flight any more.
  void forget() noexcept { asking_ = false; }

 private:
  time_point until_{};
  bool over_ = true;
  bool asking_ = false;
};

}  // namespace leadrelay::delivery
