#include "delivery/commit_pace.hpp"

#include <algorithm>

namespace leadrelay::delivery {
namespace {

constexpr duration interval = std::chrono::milliseconds{100};
constexpr duration soon_interval = std::chrono::milliseconds{10};
constexpr duration urgent_interval = std::chrono::milliseconds{1};
constexpr int share_of_cost = 4;
constexpr int reserve = 4;

using seconds = std::chrono::duration<double>;

}  // namespace

void commit_pace::ask(haste how) noexcept {
  const duration least = how == haste::at_once ? urgent_interval : soon_interval;
  ask_for(last_sent_ + (how == haste::within_interval ? interval : std::min(interval, std::max(least, share_of_cost * cost_))));
}

void commit_pace::ask_for(time_point when) noexcept { due_ = std::min(due_, std::max(when, not_before_)); }

void commit_pace::put_off(time_point now) noexcept { due_ = not_before_ = now + interval; }

void commit_pace::send(time_point began, time_point now) noexcept {
  last_sent_ = now;
  cost_ = now - began;
}

/// One that the broker is late with does not count for much, however late.
void commit_pace::acknowledge(time_point now) noexcept { takes_ += (std::min(now - last_sent_, interval) - takes_) / 4; }

/// A burst just after the last commit tells nothing of how it goes on.
bool commit_pace::runs_out(std::size_t left, std::size_t waiting, time_point now) const noexcept {
  const seconds since_last = std::max(now - last_sent_, soon_interval);
  return static_cast<double>(left) * since_last <= reserve * static_cast<double>(waiting) * seconds(takes_);
}

}  // namespace leadrelay::delivery
