#include "delivery/retry_budget.hpp"

namespace leadrelay::delivery {

time_point retry_budget::opens_at(time_point now) {
  if (open(now)) return now;
  // Retries and the requests that cover them are forgotten second by second; after 30 of them no retry is left.
  std::int64_t later = 1;
  while (retries_.count_after(later) >= allowed(requests_.count_after(later))) ++later;
  return time_point{std::chrono::seconds{recent_counts::second_of(now) + later}};
}

}  // namespace leadrelay::delivery
