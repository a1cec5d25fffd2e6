#include <algorithm>

#include "base/log.hpp"
#include "relay/relay.hpp"

// Looks now and then whether every partition that has work makes progress, and says what its oldest change waits for where it does not.
namespace leadrelay::relay {
namespace {

constexpr duration look_interval = std::chrono::seconds{1};

}  // namespace

/// Runs while there is work alone: an idle worker has no timer.
void relay::keep_watch() {
  if (watch_timer_) return;
  watch_timer_ = loop_.timers().add(loop_.now() + look_interval, [this] {
    watch_timer_.reset();
    look_at_partitions();
  });
}

void relay::look_at_partitions() {
  bool any_work = false;
  // What is parked waits until its account is well again, and holds up nobody.
  const auto waits_for_account = [this](const std::string& topic) {
    const auto of = accounts_by_log_.find(topic);
    return of != accounts_by_log_.end() && of->second->down_since().has_value();
  };
  for (const auto& [name, partition] : partitions_) {
    const auto oldest = partition->offsets.committable().value_or(-1);
    const std::size_t outstanding = partition->offsets.outstanding();
    any_work = any_work || outstanding > 0;
    switch (partition->watch.look(oldest, waits_for_account(name.topic) ? 0 : outstanding, loop_.now())) {
      case delivery::stall_watch::finding::nothing_new: break;
      case delivery::stall_watch::finding::stalled:
        ++metrics_.stalls;
        tell_stall(*partition, oldest);
        break;
      case delivery::stall_watch::finding::moves_again:
        log::info("partition moves again", {{"topic", name.topic}, {"partition", name.partition}});
        break;
    }
  }
  look_whether_down();
  for (const auto& each : accounts_) each->look_whether_slow(loop_.now());
  look_how_far_to_read();
  start_late_reading();
  look_whether_drained();
  relieve();
  move_soon();
  check_parking();
  forget_removed();
  const auto is_watched = [](const auto& each) { return each->any_parked() || each->is_removed(); };
  if (any_work || !parking_problems_.empty() || std::ranges::any_of(accounts_, is_watched)) keep_watch();
}

void relay::tell_stall(const delivery::owned_partition& stalled, std::int64_t oldest) {
  for (const auto& each : accounts_) {
    const running_lane* holder = nullptr;
    const delivery::change* held = nullptr;
    each->each_lane([&](running_lane& lane) {
      const auto is_oldest = [&](const delivery::change& one) { return one.from.get() == &stalled && one.record.offset == oldest; };
      const auto found = std::ranges::find_if(lane.queue.changes, is_oldest);
      if (found == lane.queue.changes.end()) return;
      holder = &lane;
      held = &*found;
    });
    if (!holder) continue;
    log::warning("partition makes no progress", {{"topic", stalled.topic},
                                                 {"partition", stalled.number},
                                                 {"offset", oldest},
                                                 {"account", each->name()},
                                                 {"event_id", event_id_in_log(*held)},
                                                 {"trace_id", trace_id_in_log(*held)},
                                                 {"step", to_string(holder->step)},
                                                 {"gate", to_string(each->state(loop_.now()))}});
    return;
  }
  // A record without a lane has no account: it is on its way to the dead letters.
  log::warning("partition makes no progress", {{"topic", stalled.topic},
                                               {"partition", stalled.number},
                                               {"offset", oldest},
                                               {"step", to_string(lane_step::burying)},
                                               {"trouble", dead_letters_.trouble()}});
}

}  // namespace leadrelay::relay
