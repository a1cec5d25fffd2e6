#include "otlp/export_retry.hpp"

#include <algorithm>
#include <array>

namespace leadrelay::otlp {
namespace {

constexpr duration first_wait = std::chrono::seconds{1};
constexpr duration longest_wait = std::chrono::seconds{30};
constexpr duration longest_retry_after = std::chrono::minutes{5};
constexpr int most_doublings = 5;  // beyond, it is the longest

bool may_go_again(const export_answer& came) noexcept {
  constexpr std::array<unsigned, 4> statuses{429, 502, 503, 504};
  return came.error != delivery::transport_error::none || std::ranges::find(statuses, came.status) != statuses.end();
}

}  // namespace

export_decision decide(const export_answer& came, int failures, time_point began, time_point now, double random) {
  if (came.error == delivery::transport_error::none && came.status >= 200 && came.status < 300) return {export_step::accepted, now};
  if (!may_go_again(came)) return {export_step::refused, now};
  const duration most = std::min(longest_wait, first_wait * (1 << std::min(failures, most_doublings)));
  const auto chosen = std::chrono::duration_cast<duration>(most * (1 - random / 2));
  const time_point at = now + std::min(came.retry_after.value_or(chosen), longest_retry_after);
  return {at - began > longest_export ? export_step::give_up : export_step::try_again, at};
}

}  // namespace leadrelay::otlp
