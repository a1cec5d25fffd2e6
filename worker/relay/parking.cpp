#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "relay/relay.hpp"
#include "sink/parked_record.hpp"

// When an account is parked, and what leaves its lanes then: docs/decisions/parking.md says why so.
namespace leadrelay::relay {
namespace {

/// Fewer changes than these are not worth parking for a place in the offset map.
constexpr std::size_t least_to_park = 16;

}  // namespace

// --- When ------------------------------------------------------------------------------------------------------------------------------

bool relay::may_park(const account& of) const {
  return mover_ && reader_ && of.settings().park.on && !of.is_removed() && !draining_ && loop_.now() >= of.parks_from();
}

/// Whether it is parked where there is too much of it: others wait for it, as it takes long for what waits of it.
bool relay::gives_way(const account& of) const { return may_park(of) && of.is_slow() && accounts_.size() > 1; }

/// All of the account's changes that are taken from now on are parked, and those that wait.
void relay::park(account& of, std::string_view why) {
  if (!may_park(of)) return;
  bool any = false;
  for (const auto& source : sources()) {
    if (of.parked(*source)) continue;
    of.set_parked(partition_of(of, source), true);
    any = true;
  }
  if (any) tell_parking(of, why);
}

void relay::clear_lanes(account& of) {
  of.set_lanes_aside([&](const running_lane& lane) {
    return lane.queue.changes.size() > lane.in_place &&
           std::ranges::any_of(lane.queue.changes, [&](const auto& c) { return of.parked(*c.from) != nullptr; });
  });
}

/// It is known of all changes that wait whether they may have been applied.
void relay::past_is_read(const delivery::owned_partition& source) {
  wake_readers();
  for (const auto& each : accounts_) {
    account_partition* const parked = each->parked(source);
    if (!parked) continue;
    clear_lanes(*each);
    start_reading(*parked);
  }
}

void relay::tell_parking(account& of, std::string_view why) {
  clear_lanes(of);
  ++of.metrics().parkings;
  log::warning("changes are parked", {{"account", of.name()}, {"because", why}});
  keep_watch();
}

/// The partitions of source topics that this worker keeps.
std::vector<std::shared_ptr<delivery::owned_partition>> relay::sources() const {
  std::vector<std::shared_ptr<delivery::owned_partition>> out;
  for (const auto& [name, partition] : partitions_)
    if (!partition->parked && !partition->leaving) out.push_back(partition);
  return out;
}

/// What is parked and waits to be moved, which gives its bytes back.
std::uint64_t relay::bytes_to_move() const {
  std::uint64_t out = 0;
  for (const auto& each : accounts_)
    each->each_partition([&](account_partition& of) {
      for (const delivery::change& one : of.to_move) out += one.held_bytes;
    });
  return out;
}

/// The account that holds the most of what all share, unless each has its share left, or what is to be moved already makes room.
void relay::park_largest() {
  if (budget_.has_room_without(bytes_to_move())) return;
  const auto kept = sources();
  account* largest = nullptr;
  for (const auto& each : accounts_) {
    if (!gives_way(*each) || std::ranges::all_of(kept, [&](const auto& one) { return each->parked(*one) != nullptr; })) continue;
    if (!largest || each->held(lane_side::source).bytes > largest->held(lane_side::source).bytes) largest = each.get();
  }
  const std::uint64_t floor = budget_.most() / (2 * accounts_.size());
  if (largest && largest->held(lane_side::source).bytes > floor) park(*largest, "the memory is full, and it holds the most");
}

/// A partition whose offset map is full would hold up all accounts; the one that has the most changes there gives way.
void relay::park_most_of(const std::shared_ptr<delivery::owned_partition>& full) {
  account* most = nullptr;
  std::size_t most_changes = least_to_park;
  for (const auto& each : accounts_) {
    if (!gives_way(*each) || each->parked(*full)) continue;
    std::size_t changes = 0;
    each->each_lane([&](const running_lane& lane) {
      changes += static_cast<std::size_t>(std::ranges::count(lane.queue.changes, full, [](const auto& c) { return c.from; }));
    });
    if (changes > most_changes) most = each.get();
    most_changes = std::max(most_changes, changes);
  }
  if (!most) return;
  most->set_parked(partition_of(*most, full), true);
  tell_parking(*most, "the offset map of a partition is full, and it has the most changes there");
}

/// What is full, or crowded, still gives way further.
void relay::relieve() {
  for (const auto& each : accounts_) look_whether_crowded(*each);
  if (budget_.full()) park_largest();
  for (const auto& source : sources())
    if (source->offsets.full()) park_most_of(source);
}

/// Nothing of it is in its topic any more: what waits goes to its lanes.
void relay::unpark(account_partition& of) {
  stop_reading(of);
  of.of.set_parked(of, false);
  of.of.each_lane([&](running_lane& lane) {
    if (lane.from == of.source) lane.in_place = 0;
  });
  std::deque<delivery::change> waiting;
  while (!of.to_move.empty()) waiting.push_back(take_first(of));
  for (delivery::change& each : waiting) {
    of.of.end_pending(each);
    --of.of.metrics().taken;
    route(std::move(each));
  }
}

void relay::look_whether_down() {
  for (const auto& each : accounts_) {
    each->look_whether_down(loop_.now());
    if (!each->down_since()) continue;
    const duration down = loop_.now() - std::max(*each->down_since(), each->removed_at().value_or(time_point::min()));
    if (down < each->settings().park.after) continue;
    if (each->is_removed() && !each->has_given_up()) each->give_up();
    park(*each, "its provider has been down for park.after");
  }
}

std::uint64_t relay::most_bytes_waiting(const account& of) const { return of.settings().park.bytes.value_or(budget_.most() / 4); }

void relay::look_whether_crowded(account& of) {
  const config::park_settings& bounds = of.settings().park;
  const std::uint64_t bytes = most_bytes_waiting(of);
  const waiting& source = of.held(lane_side::source);
  const bool too_many = source.changes > static_cast<std::size_t>(bounds.changes) || source.bytes > bytes;
  if (too_many && gives_way(of)) park(of, "too many of its changes wait");
  const waiting& back = of.held(lane_side::read_back);
  const std::uint64_t share = std::min(bytes, budget_.most() / (2 * accounts_.size()));
  const bool over = back.changes > most_read_back || back.bytes > share;
  const bool under = back.changes < most_read_back / 2 && back.bytes < share / 2;
  if (!of.any_parked() || (!over && !under)) return;
  bool changed = false;
  of.each_partition([&](account_partition& each) { changed = std::exchange(each.log->crowded, over) != over || changed; });
  if (changed) pause_or_resume_all();
}

// --- Setting aside ---------------------------------------------------------------------------------------------------------------------

void relay::set_aside(account_partition& to, delivery::change taken) {
  to.to_move.push_back(std::move(taken));
  to.of.count_to_move(1);
  ++waiting_to_move_;
  if (!commit_pace_.is_asked_for() || waiting_to_move_ == most_moved) move_soon();
}

/// The first of those that wait does so no more.
delivery::change relay::take_first(account_partition& of) {
  delivery::change out = std::move(of.to_move.front());
  of.to_move.pop_front();
  of.of.count_to_move(-1);
  --waiting_to_move_;
  return out;
}

/// Whether the change can be parked: its request has surely had no effect, and no later one's either.
bool relay::may_set_aside(const delivery::change& of) {
  return !of.from->offsets.is_started(of.record.offset) && !of.from->offsets.has_started_ahead();
}

/// What is parked leaves the lane, but for the first of it that may have been applied: these stay, and are delivered before what is parked.
bool relay::hand_over(account& of, running_lane& lane) {
  if (!of.any_parked() || lane.side == lane_side::read_back) return false;
  auto& changes = lane.queue.changes;
  const auto is_parked = [&](const delivery::change& c) {
    return !c.from->leaving && of.parked(*c.from) && !c.from->offsets.is_settled(c.record.offset);
  };
  if (std::ranges::any_of(changes, [&](const auto& c) { return c.from->offsets.has_started_ahead(); })) return false;
  const auto last = std::ranges::find_if_not(changes.rbegin(), changes.rend(), [&](const auto& c) { return may_set_aside(c); });
  const auto stays = std::max(lane.in_place, static_cast<std::size_t>(changes.rend() - last));
  std::deque<delivery::change> kept;
  std::size_t at = 0;
  for (delivery::change& each : changes) {
    account_partition* const to = at++ >= stays && is_parked(each) ? of.parked(*each.from) : nullptr;
    if (!to) {
      kept.push_back(std::move(each));
      continue;
    }
    of.forget_held(lane.side, each);
    set_aside(*to, std::move(each));
  }
  const bool any = kept.size() < changes.size();
  lane.in_place = of.parked(*lane.from) ? stays : 0;
  changes = std::move(kept);
  if (any) lane.unmerged = std::min(lane.unmerged, changes.size());
  return any;
}

}  // namespace leadrelay::relay
