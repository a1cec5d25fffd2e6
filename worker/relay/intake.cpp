#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.hpp"
#include "events/decode.hpp"
#include "events/receive.hpp"
#include "relay/ending.hpp"
#include "relay/relay.hpp"
#include "sink/parked_record.hpp"

// From the record to its lane: what Kafka delivers finds its account, and waits behind the earlier changes of its lead.
namespace leadrelay::relay {
namespace {

/// What a waiting change costs beside its record: its place in the lane, and the lane itself.
constexpr std::uint64_t bookkeeping_bytes = 512;

/// How many changes are read ahead: some for each request that may be in flight, as changes of leads that are under way wait among them.
constexpr std::size_t ahead_of_each_request = 4;
constexpr std::size_t least_ahead = 4096;
constexpr std::size_t most_ahead = 65536;

}  // namespace

void relay::on_record(events::record&& taken) {
  const auto owner = partitions_.find({*taken.topic, taken.partition});
  if (draining_ || owner == partitions_.end() || owner->second->leaving) return;
  take_in(owner->second, std::move(taken));
}

void relay::take_in(const std::shared_ptr<delivery::owned_partition>& owner, events::record&& taken) {
  const bool was_behind = owner->offsets.has_started_ahead();
  const delivery::known before = owner->offsets.take(taken.offset);
  if (was_behind && !owner->offsets.has_started_ahead()) past_is_read(*owner);
  if (before == delivery::known::settled_before) return commit_soon(haste::within_interval);
  if (before == delivery::known::taken_before) return tell_taken_before(*owner, taken.offset);
  kafka_trouble_.clear();
  ++metrics_.records;
  metrics_.record_bytes += taken.size;
  delivery::change change{.record = std::move(taken), .from = owner};
  if (owner->parked)
    if (auto origin = sink::take_origin(change.record)) change.origin = std::make_unique<events::origin>(std::move(*origin));
  begin_trace(change);
  hold(change);
  keep_watch();
  route(std::move(change));
}

/// Records are read again after a pause, but never below what is settled: then the topic's log was cut or made anew.
void relay::tell_taken_before(delivery::owned_partition& of, std::int64_t offset) {
  if (of.offsets.outstanding() > 0 || offset + 1 >= of.offsets.committable().value_or(0) || std::exchange(of.told_of_old_offsets, true))
    return;
  log::error("records come with offsets below what is settled and are left out; was the topic made anew? restart the worker then",
             {{"topic", of.topic}, {"partition", of.number}, {"offset", offset}});
}

void relay::route(delivery::change taken) {
  auto found = accounts_by_name_.cend();
  const auto is_known = [&](std::string_view name) {
    found = accounts_by_name_.find(name);
    // Of an account that was removed, what was taken before is delivered.
    return found != accounts_by_name_.cend() && (!found->second->is_removed() || taken.from->parked);
  };
  const std::uint64_t most = configuration_->max_record;
  const bool is_keyed = events::is_ordered_by_key(taken.record, configuration_->order) && !taken.trace;
  const auto name = is_keyed ? events::account_at_a_glance(taken.record, most) : std::nullopt;
  if (name && is_known(*name)) {
    const std::string_view key = *taken.record.key;
    return append_to_lane(*found->second, key, std::move(taken));
  }
  const auto decoded = events::receive(taken.record, most, is_known);
  if (!decoded) return bury_unsent(std::move(taken), decoded.error());
  name_trace(taken, *decoded, *found->second);
  const std::string_view key = events::order_key(taken.record, *decoded, configuration_->order);
  append_to_lane(*found->second, key, std::move(taken));
}

/// `key` names the lane and is good meanwhile.
void relay::append_to_lane(account& to, std::string_view key, delivery::change taken) {
  const lane_side side = side_of(*taken.from);
  if (side == lane_side::source) ++to.metrics().taken;
  to.begin_pending(taken);
  if (account_partition* const aside = side == lane_side::source ? to.parked(*taken.from) : nullptr) {
    // What has a lane still leaves it together.
    const running_lane* const before = to.find_lane(key, side);
    const bool is_kept = before && before->queue.changes.size() > before->in_place;
    if (!is_kept && may_set_aside(taken)) return set_aside(*aside, std::move(taken));
  }
  running_lane& lane = to.lane_of(key, side);
  const bool idle = lane.step == lane_step::idle;
  to.count_held(side, taken);
  lane.queue.changes.push_back(std::move(taken));
  look_whether_crowded(to);
  if (lane.step == lane_step::committing) commit_soon(haste_of(to));
  if (!idle) return;
  budget_.take(lane_bytes);
  lane.step = lane_step::starting;
  ++running_;
  boost::asio::co_spawn(loop_.executor(), run_lane(to, lane), boost::asio::detached);
}

void relay::bury_unsent(delivery::change taken, problem why) {
  ++running_;
  boost::asio::co_spawn(loop_.executor(), bury_alone(std::move(taken), std::move(why)), boost::asio::detached);
}

task<void> relay::bury_alone(delivery::change doomed, problem why) {
  ++doomed.from->busy;
  const ending end = ending::of(why);
  ++metrics_.dead_letters[static_cast<std::size_t>(why.reason)];
  if (co_await bury(nullptr, doomed, end)) settle(nullptr, doomed, end);
  --doomed.from->busy;
  release(doomed);
  --running_;
  tell_progress();
}

void relay::hold(delivery::change& taken) {
  taken.held_bytes = taken.record.held_bytes() + bookkeeping_bytes + (taken.trace ? taken.trace->held_bytes() : 0);
  budget_.take(taken.held_bytes);
  ahead_.take();
  pause_or_resume(*taken.from);
  rest_or_read();
}

void relay::release_lane(const running_lane& ended) {
  budget_.give(lane_bytes);
  pause_or_resume(*ended.from);
}

void relay::release(const delivery::change& ended) {
  end_trace(ended);
  budget_.give(ended.held_bytes);
  ahead_.give();
  pause_or_resume(*ended.from);
  rest_or_read();
}

/// A partition is paused at the memory budget, as all are, and where its offset map could outgrow the commit's metadata; one of parked
/// changes also where enough of its account's wait. One that lanes wait for, as it is not read as far as its former owner had started, may
/// take half as much memory again: what fitted there may just not fit here.
bool relay::is_to_pause(const delivery::owned_partition& of) const {
  const bool is_behind = of.offsets.has_started_ahead();
  const bool may_take_more = is_behind && budget_.held() < budget_.most() / 2 * 3;
  return (paused_ && !may_take_more) || of.offsets.full() || (of.crowded && !is_behind);
}

void relay::pause_or_resume(delivery::owned_partition& touched) {
  const bool flipped = std::exchange(paused_, budget_.full()) != budget_.full();
  if (flipped && paused_) park_largest();
  const auto full = !touched.parked && !touched.leaving && !touched.paused && touched.offsets.full() ? partitions_.find(name_of(touched))
                                                                                                     : partitions_.end();
  if (full != partitions_.end()) park_most_of(full->second);
  if (flipped || touched.paused != is_to_pause(touched)) pause_or_resume_all();
}

void relay::pause_or_resume_all() {
  std::array<std::vector<kafka::topic_partition>, 2> to_pause;
  std::array<std::vector<kafka::topic_partition>, 2> to_resume;
  for (const auto& [name, partition] : partitions_) {
    const bool wanted = is_to_pause(*partition);
    if (partition->parked && !logs_.at(name)->reading) continue;
    if (std::exchange(partition->paused, wanted) != wanted) (wanted ? to_pause : to_resume)[partition->parked].push_back(name);
  }
  if (!to_pause[0].empty()) consumer_.pause(to_pause[0]);
  if (!to_resume[0].empty()) consumer_.resume(to_resume[0]);
  if (!to_pause[1].empty()) reader_->pause(to_pause[1]);
  if (!to_resume[1].empty()) reader_->resume(to_resume[1]);
}

std::size_t relay::enough_ahead() const {
  if (given_enough_ahead_) return *given_enough_ahead_;
  std::size_t in_flight = 0;
  for (const auto& each : accounts_) in_flight += static_cast<std::size_t>(each->settings().concurrency);
  return std::clamp(ahead_of_each_request * in_flight, least_ahead, most_ahead);
}

/// What is behind changes that wait long is found by reading on: those of an account that is slow or parked must not hold up others, nor
/// those that wait for their dead letters, and those of a partition that is not read as far as its former owner had started wait for the
/// rest of it.
void relay::look_how_far_to_read() {
  reads_far_ = dead_letters_.unwritten() > 0 ||
               std::ranges::any_of(accounts_, [](const auto& each) { return each->is_slow() || each->any_parked(); }) ||
               std::ranges::any_of(partitions_, [](const auto& each) { return each.second->offsets.has_started_ahead(); });
  rest_or_read();
}

void relay::rest_or_read() {
  const bool rests = ahead_.is_enough() && !reads_far_;
  if (std::exchange(rests_, rests) != rests) consumer_.rest(rests);
}

}  // namespace leadrelay::relay
