#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "events/decode.hpp"
#include "providers/merge.hpp"
#include "relay/ending.hpp"
#include "relay/relay.hpp"

// Changes of one lead that wait go in one request, that of the last of them, and end with it. docs/decisions/merging.md says why so.
namespace leadrelay::relay {
namespace {

constexpr std::size_t most_merged = 256;

/// A lane that flows and has more waiting has fallen behind.
constexpr std::size_t most_one_by_one = 16;

/// What was started before is read within moments of an assignment, unless the log has lost it.
constexpr duration longest_reading = std::chrono::seconds{30};

/// How many of the lane's first changes may have left together: an older one of them may not leave alone.
std::size_t started_together(const running_lane& lane) {
  if (!lane.from->offsets.any_started()) return 0;
  const auto& changes = lane.queue.changes;
  const std::size_t most = std::min(lane.in_place > 0 && lane.unmerged > 0 ? lane.regrouped : most_merged, changes.size());
  std::size_t out = 0;
  for (std::size_t index = 0; index < most && changes[index].from == lane.from; ++index)
    if (lane.from->offsets.is_started(changes[index].record.offset)) out = index + 1;
  return out;
}

bool add(providers::merger& to, const delivery::change& next) {
  const auto decoded = events::decode(next.record);
  return decoded && to.add(*decoded);
}

void tell_parting(delivery::owned_partition& of, const account& whose) {
  if (std::exchange(of.told_of_parting, true)) return;
  log::warning("changes that may have been applied together go one by one: they make no request together as the account is set now",
               {{"account", whose.name()}, {"topic", of.topic}, {"partition", of.number}});
}

}  // namespace

bool relay::reads_started(const account& of, const running_lane& lane) const {
  return !lane.from->leaving && (reads_on(of, *lane.from) || reads_on(of, *source_of(lane.from)));
}

/// The partition whose changes it is, parked or not.
const std::shared_ptr<delivery::owned_partition>& relay::source_of(const std::shared_ptr<delivery::owned_partition>& of) const {
  const auto log = of->parked ? logs_.find(name_of(*of)) : logs_.end();
  return log == logs_.end() ? of : log->second->source;
}

/// Until when lanes of that account wait for what was started before in the partition.
time_point relay::waits_until(const account& of, const delivery::owned_partition& from) {
  return from.read_by.value_or(time_point::max() - longest_reading_parked) +
         (from.parked || of.parked(from) ? longest_reading_parked : duration{});
}

bool relay::reads_on(const account& of, const delivery::owned_partition& from) const {
  return from.offsets.has_started_ahead() && loop_.now() < waits_until(of, from);
}

bool relay::must_wait_for_past(const account& of, const running_lane& lane) const {
  return lane.from->offsets.adopted_is_untold() || source_of(lane.from)->offsets.adopted_is_untold() || reads_started(of, lane) ||
         of.must_wait_for_beside(lane);
}

/// The broker is to know what was settled before. And a request of several changes may have left before this worker had the partition.
/// Until it is read as far as that tells, no lane knows whether its first change was among them. And another lane of the lead may go first.
task<void> relay::past_is_known(const account& of, running_lane& lane) {
  if (lane.from->offsets.adopted_is_untold()) co_await committed(lane, lane_step::committing, haste::at_once);
  const std::shared_ptr<delivery::owned_partition> source = source_of(lane.from);
  const std::function<bool()> told = [&] { return lane.from->leaving || !source->offsets.adopted_is_untold(); };
  if (!told()) {
    lane.step = lane_step::committing;
    commit_soon(haste::at_once);
    co_await until(told, time_point::max());
  }
  while (reads_started(of, lane)) {
    time_point deadline = time_point::max();
    for (delivery::owned_partition* each : std::array{lane.from.get(), source.get()}) {
      if (!reads_on(of, *each)) continue;
      if (!each->read_by) each->read_by = loop_.now() + longest_reading;
      deadline = std::min(deadline, waits_until(of, *each));
    }
    readers_.push_back(&lane);
    co_await loop_.wait_until(lane.signal, deadline);
  }
  std::erase(readers_, &lane);
  lane.step = lane_step::starting;
  while (of.must_wait_for_beside(lane) && !lane.from->leaving) {
    of.wake_beside(lane);  // which may have waited for this one
    co_await lane.signal.wait();
  }
}

void relay::wake_readers() {
  for (running_lane* const lane : std::exchange(readers_, {})) lane->signal.notify();
}

/// What may have left together leaves together again, or with more. Otherwise a lane that had to wait, or has fallen behind, takes what has
/// come meanwhile.
void relay::load_up(const account& of, const running_lane& lane, load& what, bool waited) const {
  const auto& changes = lane.queue.changes;
  what.merged.reset();
  what.changes = 1;
  what.last = changes.front().record.offset;
  if (changes.size() == 1 || what.own.appends) return;
  const std::size_t least = started_together(lane);
  const bool behind = changes.size() > most_one_by_one;
  const bool takes_more =
      (waited || behind) && lane.terms->settings->merging && lane.unmerged == 0 && (least > 0 || lane.from->offsets.can_start_together());
  const std::size_t most = what.own.is_alone ? least : std::max(least, takes_more ? most_merged : 0);
  if (most < 2) return;
  providers::merger together(lane.terms->settings->plan);
  std::uint64_t bytes = 0;
  for (std::size_t index = 0; index < std::min(most, changes.size()); ++index) {
    const delivery::change& next = changes[index];
    if (next.from != lane.from || lane.from->offsets.is_settled(next.record.offset)) break;
    bytes += next.record.size;
    if (index >= least && bytes > configuration_->max_record) break;
    if (!add(together, next)) break;
  }
  if (together.size() < least) tell_parting(*lane.from, of);
  if (together.size() < std::max<std::size_t>(least, 2)) return;
  what.merged = together.build();
  what.changes = together.size();
  what.last = changes[what.changes - 1].record.offset;
}

/// Whether later changes of the lane are parked: the marks of its first ones tell a restart, or the partition's next assignment, that these
/// go before. Of a partition that was given up they still are.
bool relay::goes_before_parked(const account& of, const running_lane& lane) {
  return lane.in_place > 0 && (lane.from->given_up || of.parked(*lane.from));
}

/// Which of them the provider does not take shows when each goes alone. After a rejection fewer of them that may have been applied together
/// before go together first. Where tries have run out any of these may be what fails.
void relay::go_one_by_one(const account& of, running_lane& lane, const load& failed, bool rejected) {
  lane.unmerged = std::max(lane.unmerged, failed.changes);
  lane.announced.reset();
  lane.regrouped = rejected ? failed.changes - 1 : 0;
  if (goes_before_parked(of, lane)) {
    if (rejected) lane.from->offsets.split(failed.last);
    return;
  }
  take_back(*lane.from, failed.last);
  for (std::size_t index = failed.changes; !rejected && index-- > 0;) {
    const std::int64_t offset = lane.queue.changes[index].record.offset;
    if (lane.from->offsets.is_started(offset)) take_back(*lane.from, offset);
  }
}

void relay::settle_together(account& of, const running_lane& lane, const ending& end) {
  const auto& changes = lane.queue.changes;
  if (end.changes == 1) return settle(&of, changes.front(), end);
  ending earlier = end;
  if (results_ || spans_ || log::is_written(log::level::debug)) earlier.carried_by = event_id_of(changes[end.changes - 1]);
  for (std::size_t index = 0; index + 1 < end.changes; ++index) settle(&of, changes[index], earlier);
  settle(&of, changes[end.changes - 1], end);
  of.metrics().merged += end.changes - 1;
}

void relay::let_go(account& of, running_lane& lane, std::size_t changes) {
  lane.announced.reset();
  if (lane.side == lane_side::source) of.count_ended(changes, loop_.now());
  for (; changes > 0; --changes) {
    const delivery::change& ended = lane.queue.changes.front();
    of.forget_held(lane.side, ended);
    release(ended);
    of.end_pending(ended);
    lane.queue.changes.pop_front();
    if (lane.unmerged > 0) --lane.unmerged;
    if (lane.regrouped > 0) --lane.regrouped;
    if (lane.in_place > 0) --lane.in_place;
  }
  if (lane.side == lane_side::read_back) look_whether_crowded(of);
}

std::string relay::event_id_of(const delivery::change& of) {
  if (of.buried_id) return *of.buried_id;
  if (const auto id = events::glance(of.record, "id")) return std::string(*id);
  const auto decoded = events::decode(of.record);
  return decoded ? std::string(decoded->id) : std::string();
}

}  // namespace leadrelay::relay
