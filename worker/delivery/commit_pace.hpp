#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// How long whatever asks for a commit can wait.
enum class haste {
  within_interval,  ///< 100 ms after the one before
  soon,             ///< 10 ms after it, or four times as long as it took to make, whichever is later, and 100 ms at most
  at_once,          ///< 1 ms after it, or as above
};

/// When a worker's commits leave, each for all of its partitions and one at a time.
class commit_pace {
 public:
  void ask(haste how) noexcept;
  void ask_for(time_point when) noexcept;
  /// After one that failed none leaves for 100 ms, when one is due.
  void put_off(time_point now) noexcept;

  bool is_asked_for() const noexcept { return due_ != time_point::max(); }
  /// `time_point::max()` where none is asked for.
  time_point due() const noexcept { return due_; }

  /// One is made, whether there is anything to commit or not: nobody asks for one any more.
  void make() noexcept { due_ = time_point::max(); }
  /// It has been made from `began` to `now`, and leaves.
  void send(time_point began, time_point now) noexcept;
  void acknowledge(time_point now) noexcept;
  time_point last_sent() const noexcept { return last_sent_; }

  /// Whether of `left` lanes, that can go on without a commit, none may be left when a commit that leaves now is acknowledged, where
  /// `waiting` have come to wait for it since the last one left: with four times as long as commits take now.
  bool runs_out(std::size_t left, std::size_t waiting, time_point now) const noexcept;

 private:
  time_point due_ = time_point::max();
  time_point not_before_{};
  time_point last_sent_{};
  duration cost_{};  ///< of the loop's time, to make the last one
  duration takes_ = std::chrono::milliseconds{10};
};

/// How many lanes have come to wait for the last commit that any waits for.
class commit_crowd {
 public:
  void add(std::uint64_t commit) noexcept {
    if (commit < commit_) return;
    if (std::exchange(commit_, commit) != commit) waiting_ = 0;
    ++waiting_;
  }
  std::size_t waiting_for(std::uint64_t commit) const noexcept { return commit == commit_ ? waiting_ : 0; }

 private:
  std::uint64_t commit_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace leadrelay::delivery
