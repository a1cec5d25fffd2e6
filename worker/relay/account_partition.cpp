#include <algorithm>
#include <utility>

#include "delivery/offset_map.hpp"
#include "relay/account.hpp"

// An account's source partitions as far as they are parked, what waits of it, and whether its provider is down.
namespace leadrelay::relay {
namespace {

/// What is behind changes that take longer waits too long for them.
constexpr duration long_wait = std::chrono::seconds{10};

}  // namespace

bool account_partition::is_drained() const noexcept {
  return is_read() && log->offsets.outstanding() == 0 && !log->offsets.ahead_of_broker();
}

std::optional<kafka::offset_to_commit> account_partition::commit() const {
  const auto next = log->offsets.committable();
  return next ? kafka::offset_to_commit{name_of(*log), *next, delivery::encode(log->offsets.map(), *next)} : kept;
}

/// A partition that the group has given back is another one.
std::shared_ptr<account_partition> account::partition(const delivery::owned_partition& source) const {
  const auto found = partitions_.find(name_of(source));
  return found == partitions_.end() || found->second->source.get() != &source ? nullptr : found->second;
}

void account::add_partition(std::shared_ptr<account_partition> made) {
  const kafka::topic_partition name = name_of(*made->source);
  partitions_[name] = std::move(made);
}

void account::erase_partition(const delivery::owned_partition& source) {
  const auto known = partition(source);
  if (!known) return;
  set_parked(*known, false);
  partitions_.erase(name_of(source));
}

account_partition* account::parked(const delivery::owned_partition& source) const {
  if (parked_count_ == 0) return nullptr;
  const auto known = partition(source);
  return known && known->parked ? known.get() : nullptr;
}

void account::set_parked(account_partition& of, bool parked) noexcept {
  if (of.parked == parked) return;
  of.parked = parked;
  parked_count_ += parked ? 1 : -1;
}

void account::each_partition(const std::function<void(account_partition&)>& visit) const {
  for (const auto& [source, each] : partitions_) visit(*each);
}

void account::set_lanes_aside(const std::function<bool(const running_lane&)>& which) {
  for (const auto& [key, lane] : lanes_[index(lane_side::source)]) {
    if (!which(*lane)) continue;
    lane->set_aside = true;
    lane->signal.notify();
  }
  const auto is_aside = [](const running_lane& each) { return each.set_aside; };
  first_tries_.remove_if(is_aside);
  retries_at_gate_.remove_if(is_aside);
  admit_waiting();
}

void account::count_held(lane_side side, const delivery::change& come) noexcept {
  ++held_[index(side)].changes;
  held_[index(side)].bytes += come.held_bytes;
}

void account::forget_held(lane_side side, const delivery::change& gone) noexcept {
  --held_[index(side)].changes;
  held_[index(side)].bytes -= gone.held_bytes;
}

void account::look_whether_down(time_point now) {
  const bool down = gate_.credential_refused() || gate_.breaker_now(now) != delivery::breaker_state::closed;
  if (!down) down_since_.reset();
  if (down && !down_since_) down_since_ = now;
}

void account::count_ended(std::size_t changes, time_point now) {
  for (; changes > 0; --changes) ended_.add(now);
}

void account::look_whether_slow(time_point now) {
  const auto waits = static_cast<std::int64_t>(held(lane_side::source).changes);
  is_slow_ = false;
  if (waits == 0) return waits_since_.reset();
  if (!waits_since_) waits_since_ = now;
  const duration seen = std::min(now - *waits_since_, long_wait);
  ended_.count(now);
  const std::int64_t ended = ended_.count_after(delivery::recent_counts::seconds - long_wait / std::chrono::seconds{1});
  is_slow_ = down_since_ || (seen >= long_wait / 2 && waits * seen > ended * long_wait);
}

}  // namespace leadrelay::relay
