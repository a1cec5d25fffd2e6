#include "delivery/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace leadrelay::delivery {
namespace {

/// Longer than any process lives, and short enough to be added to a time_point.
constexpr duration longest_window = std::chrono::hours{24 * 365 * 50};

/// `per` times `times`, by `by`, rounded up. In floating point, for the product may be beyond 64 bits.
duration stretched(duration per, std::int64_t times, std::int64_t by) {
  const double length = std::ceil(static_cast<double>(per.count()) * static_cast<double>(times) / static_cast<double>(by)) + 1;
  return duration{static_cast<std::int64_t>(std::min(length, static_cast<double>(longest_window.count())))};
}

}  // namespace

sliding_window::sliding_window(const providers::limit& of, int owned, int total) : whole_(of) { set_share(owned, total); }

void sliding_window::set_share(int owned, int total) {
  const auto share = static_cast<std::int64_t>(whole_.requests) * owned / total;
  requests_ = static_cast<std::size_t>(std::max<std::int64_t>(share, 1));
  per_ = whole_.per + std::min(arrival_margin, whole_.per / 20);
  // A share below one request is one request in a longer window.
  if (share == 0) per_ = stretched(per_, total, static_cast<std::int64_t>(whole_.requests) * owned);
}

bool sliding_window::open(time_point now) const {
  const auto at = opens_at();
  return at && *at <= now;
}

std::optional<time_point> sliding_window::opens_at() const {
  if (reserved_ >= requests_) return std::nullopt;
  // With `room` requests beside the reserved ones the window is open once the room-th newest has left it.
  const std::size_t room = requests_ - reserved_;
  if (sent_.size() < room) return time_point::min();
  return sent_[sent_.size() - room] + per_;
}

void sliding_window::send(time_point now) {
  --reserved_;
  sent_.push_back(now);
  // Those beyond the window's length stay too: another share may make the window longer.
  if (sent_.size() > static_cast<std::size_t>(whole_.requests)) sent_.pop_front();
}

rate_limit::rate_limit(const std::vector<providers::limit>& limits) {
  windows_.reserve(limits.size());
  for (const providers::limit& limit : limits) windows_.emplace_back(limit, 1, 1);
}

bool rate_limit::open(time_point now) const {
  return std::all_of(windows_.begin(), windows_.end(), [&](const sliding_window& window) { return window.open(now); });
}

std::optional<time_point> rate_limit::opens_at(time_point now) const {
  std::optional<time_point> latest = now;
  for (const sliding_window& window : windows_) {
    const auto at = window.opens_at();
    if (!at) return std::nullopt;
    latest = std::max(*latest, *at);
  }
  return latest;
}

void rate_limit::reserve() {
  for (sliding_window& window : windows_) window.reserve();
}

void rate_limit::cancel() {
  for (sliding_window& window : windows_) window.cancel();
}

void rate_limit::send(time_point now) {
  for (sliding_window& window : windows_) window.send(now);
}

void rate_limit::set_share(int owned, int total) {
  for (sliding_window& window : windows_) window.set_share(owned, total);
}

}  // namespace leadrelay::delivery
