#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sandbox/arrivals.hpp"
#include "sandbox/message.hpp"
#include "sandbox/options.hpp"

namespace leadrelay::sandbox {

/// The most that any half-open window of one length has held so far: exact, over everything added.
class window_peak {
 public:
  explicit window_peak(duration window) : window_(window) {}

  /// `at` is not before the one added last.
  void add(time_point at);

  std::size_t most() const noexcept { return most_; }

 private:
  duration window_;
  std::deque<time_point> inside_;
  std::size_t most_ = 0;
};

/// All limits of one account key: a request passes where every one has a place for it, and then counts in every one.
class account_limits {
 public:
  explicit account_limits(std::vector<limit> rules);

  /// Counts a request as arrived, whether it may pass or not.
  void arrive(time_point now);
  /// Whether the request that has arrived passes; one that does not counts in no window.
  bool admit(time_point now);
  /// How long until a request would pass; zero where it would now.
  duration until_free(time_point now);

  /// Appends `X-RateLimit-Limit`, `-Remaining` and `-Reset` (Unix time) of the limit that has the fewest places left; of what Orwel
  /// publishes for production where there is no limit.
  void append_headers(moment now, std::string& out);

  const std::vector<limit>& rules() const noexcept { return rules_; }
  /// The most requests that arrived in any window of the rule at `index`, refused ones included.
  std::size_t most_arrived(std::size_t index) const { return peaks_[index].most(); }

 private:
  std::vector<limit> rules_;
  std::vector<sliding_limit> windows_;
  std::vector<window_peak> peaks_;
};

/// `Retry-After` as a header line: whole seconds, rounded up, or the HTTP-date that comes to.
std::string retry_after_line(duration wait, bool as_date, moment now);

}  // namespace leadrelay::sandbox
