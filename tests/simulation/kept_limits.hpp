#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::simulation {

/// How a provider tells what is left of its limits, each time in whole units, rounded up.
enum class telling {
  nothing,
  unix_seconds,       ///< X-RateLimit-Remaining and -Reset, a line of each for each limit
  unix_milliseconds,  ///< X-Quota-Left and X-Quota-Until, which are those of definitions/quota.yaml
  seconds,            ///< RateLimit-Remaining and -Reset, to go
  pairs,              ///< RateLimit with `limit=25, remaining=3, reset=4` (draft -07)
  policies,           ///< RateLimit with `"0";r=3;t=4` (draft -08 on), and RateLimit-Policy
};

/// In what form it says when to come again after a 429.
enum class asking { nothing, seconds, date };

struct kept_rules {
  std::vector<providers::limit> limits{};  ///< none: it keeps no limit
  bool slides = false;                     ///< otherwise its windows follow one another by its clock
  telling tells = telling::nothing;
  asking asks = asking::nothing;
  duration clock_ahead{};  ///< of the worker's; where it is not zero, each answer has a Date
  bool is_own = false;     ///< the account's own limits are as strict, so that no worker alone runs into them
};

/// A moment that a provider has told: one of the calendar, or so long after the answer was read. Of the calendar it may be read by the
/// Date beside it, which is of whole seconds and as old as the answer: `in` is what lies between the two then.
struct told_moment {
  std::optional<time_point> at{};
  duration in{};

  time_point read_at(time_point now) const { return at.value_or(now + in); }
  time_point latest_at(time_point now) const { return std::max(read_at(now), now + in); }
};

struct told_left {
  std::int64_t left = 0;
  told_moment until;
};

using header_lines = std::vector<std::pair<std::string, std::string>>;

/// The limits that one provider keeps, of the requests of all workers in the order in which they arrive.
class kept_limits {
 public:
  explicit kept_limits(const kept_rules& by);

  const kept_rules& rules() const noexcept { return rules_; }
  /// A request arrives; false where it is refused, which counts in no window. `late`: its worker no longer owns its partition.
  bool take(time_point now, bool late);
  /// Whether one of the requests in the windows was late.
  bool has_late() const;
  /// What is left now, and the lines that say so. `sparse`: those that may be left out are.
  std::vector<told_left> tell(time_point now, bool sparse, header_lines& into) const;
  /// When to come again after a refusal, and the line that says so.
  std::optional<told_moment> ask_to_wait(time_point now, header_lines& into) const;

 private:
  struct arrival {
    time_point at;
    bool late = false;
  };
  struct standing {
    std::int64_t left = 0;
    time_point resets{};
  };

  time_point begin_of(const providers::limit& of, time_point at) const;
  standing stand(const providers::limit& of, time_point now) const;
  /// So much after the answer's Date, where it has one, by the provider's clock.
  duration after_date(duration moment, time_point now) const;
  told_moment tell_apart(const standing& of, time_point now, header_lines& into) const;

  kept_rules rules_;
  duration longest_{};
  std::deque<arrival> inside_;  ///< within the longest window
};

}  // namespace leadrelay::simulation
