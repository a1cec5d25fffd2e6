#include "sandbox/limits.hpp"

#include <algorithm>
#include <utility>

#include "base/date_time.hpp"

namespace leadrelay::sandbox {
namespace {

/// Announced where no limit is set: what Orwel publishes for production.
constexpr std::uint32_t published_limit = 1000;
constexpr std::chrono::seconds published_window{60};

}  // namespace

void window_peak::add(time_point at) {
  while (!inside_.empty() && at - inside_.front() >= window_) inside_.pop_front();
  inside_.push_back(at);
  most_ = std::max(most_, inside_.size());
}

account_limits::account_limits(std::vector<limit> rules) : rules_(std::move(rules)) {
  for (const limit& each : rules_) {
    windows_.emplace_back(each);
    peaks_.emplace_back(each.per);
  }
}

void account_limits::arrive(time_point now) {
  for (window_peak& each : peaks_) each.add(now);
}

bool account_limits::admit(time_point now) {
  if (std::ranges::any_of(windows_, [now](sliding_limit& each) { return each.remaining(now) == 0; })) return false;
  for (sliding_limit& each : windows_) each.admit(now);
  return true;
}

duration account_limits::until_free(time_point now) {
  duration longest{};
  for (sliding_limit& each : windows_) longest = std::max(longest, each.until_free(now));
  return longest;
}

void account_limits::append_headers(moment now, std::string& out) {
  std::uint32_t most = published_limit;
  std::uint32_t remaining = published_limit - 1;
  duration until_reset = published_window;
  const auto fewest = std::ranges::min_element(
      windows_, {}, [&](sliding_limit& each) { return std::pair(each.remaining(now.steady), -each.until_oldest_leaves(now.steady)); });
  if (fewest != windows_.end()) {
    most = fewest->rule().requests;
    remaining = fewest->remaining(now.steady);
    until_reset = fewest->until_oldest_leaves(now.steady);
  }
  const auto reset = std::chrono::ceil<std::chrono::seconds>(now.wall.time_since_epoch() + until_reset).count();
  out.reserve(out.size() + 96);
  out.append("X-RateLimit-Limit: ").append(std::to_string(most));
  out.append("\r\nX-RateLimit-Remaining: ").append(std::to_string(remaining));
  out.append("\r\nX-RateLimit-Reset: ").append(std::to_string(reset)).append("\r\n");
}

std::string retry_after_line(duration wait, bool as_date, moment now) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(wait);
  return "Retry-After: " +
         (as_date ? format_http_date(std::chrono::ceil<std::chrono::seconds>(now.wall + whole)) : std::to_string(whole.count())) + "\r\n";
}

}  // namespace leadrelay::sandbox
