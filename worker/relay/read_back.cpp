#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "relay/prepared.hpp"
#include "relay/relay.hpp"

// The logs of parked changes: read back by the owner of the source partition that has fed them, until they are drained.
namespace leadrelay::relay {
namespace {

/// Brokers forget the offsets of partitions that the group is not subscribed to a week after their last commit, unless they are told
/// otherwise (`offsets.retention.minutes`, KIP-211).
constexpr duration between_parking_checks = std::chrono::minutes{1};
constexpr duration renewal_interval = std::chrono::hours{12};

}  // namespace

account_partition& relay::partition_of(account& of, const std::shared_ptr<delivery::owned_partition>& source) {
  if (const auto known = of.partition(*source)) return *known;
  kafka::beside_partition nothing;
  nothing.partition = {configuration_->parked_topic(of.name(), source->topic), source->number};
  return add_log(of, source, nothing);
}

account_partition& relay::add_log(account& of, const std::shared_ptr<delivery::owned_partition>& source,
                                  const kafka::beside_partition& found) {
  const auto log = own(found.partition, found.committed, found.metadata);
  log->parked = true;
  auto made = std::make_shared<account_partition>(account_partition{.of = of, .source = source, .log = log});
  made->next_to_read = std::max(found.committed, found.begin);
  made->end_is_known = found.end >= 0;
  made->end = found.end > made->next_to_read ? found.end : -1;
  if (found.committed >= 0) made->kept = {found.partition, found.committed, found.metadata};
  logs_[found.partition] = made;
  of.add_partition(made);
  return *made;
}

/// What its former owner has parked comes first.
void relay::take_over_logs(const std::shared_ptr<delivery::owned_partition>& source, const kafka::assigned_partition& given) {
  if (!reader_ || !mover_) return;
  if (prepared_) prepared_->assigned(given);
  for (const kafka::beside_partition& found : given.beside)
    if (const auto of = accounts_by_log_.find(found.partition.topic); of != accounts_by_log_.end())
      take_over_log(*of->second, source, found);
  if (!renewals_.empty()) commit_soon(haste::within_interval);
}

void relay::take_over_log(account& of, const std::shared_ptr<delivery::owned_partition>& source, const kafka::beside_partition& found) {
  account_partition& made = add_log(of, source, found);
  if (made.kept) renewals_.insert(found.partition);
  if (made.end < 0 && made.end_is_known) return;
  of.set_parked(made, true);
  if (reads_on(of, *source))
    made.reads_at_latest = loop_.now() + longest_reading_parked;
  else
    start_reading(made);
}

void relay::start_reading(account_partition& of) {
  of.reads_at_latest.reset();
  if (std::exchange(of.reading, true)) return;
  of.log->paused = false;
  reader_->read({{name_of(*of.log), of.next_to_read}});
  pause_or_resume(*of.log);
  keep_watch();
}

/// What was started before may have ended elsewhere, or not come any more.
void relay::start_late_reading() {
  for (const auto& [name, each] : logs_) {
    const bool waits = each->reads_at_latest && loop_.now() < *each->reads_at_latest && each->source->offsets.has_started_ahead();
    if (each->reads_at_latest && !waits) start_reading(*each);
  }
}

/// To what the move has written, be it that reading has passed that already.
void relay::read_on(account_partition& of) {
  if (of.read_ahead) stop_reading(of);
  start_reading(of);
}

void relay::stop_reading(account_partition& of) {
  of.read_ahead = false;
  if (std::exchange(of.reading, false)) reader_->leave({name_of(*of.log)});
}

void relay::on_read(events::record&& read) {
  const auto found = logs_.find({*read.topic, read.partition});
  if (draining_ || found == logs_.end() || !found->second->reading || found->second->log->leaving) return;
  const std::shared_ptr<account_partition> from = found->second;
  // It is of a move that this worker has no word of yet, or of the partition's next owner, where this one is not told yet that it is
  // another's.
  from->read_ahead = from->read_ahead || (from->end_is_known && read.offset >= from->end);
  if (from->read_ahead) return;
  from->next_to_read = read.offset + 1;
  take_in(from->log, std::move(read));
}

void relay::on_end_of_log(const kafka::topic_partition& of, std::int64_t next) {
  const auto found = logs_.find(of);
  if (found == logs_.end() || !found->second->reading || found->second->read_ahead) return;
  account_partition& read = *found->second;
  if (!std::exchange(read.end_is_known, true)) read.end = std::max(read.end, next);
  read.read_to_end = read.next_to_read = next;
  read.log->offsets.pass(next);  // a transaction's end takes an offset too
  if (read.log->offsets.ahead_of_broker()) commit_soon(haste::within_interval);
  look_whether_drained();
}

/// Whether what waits behind a request in flight is to be parked once that has ended.
bool relay::hands_over_later(const account_partition& of) {
  bool out = false;
  of.of.each_lane([&](const running_lane& lane) {
    out = out || (lane.set_aside && lane.from == of.source && lane.queue.changes.size() > lane.in_place);
  });
  return out;
}

/// Each of the changes that wait to be moved may need a lane of its own.
bool relay::has_room_for_lanes(const account_partition& of) const {
  return budget_.held() + of.to_move.size() * lane_bytes <= budget_.most();
}

/// Where moves fail there is room only in the lanes.
bool relay::may_unpark(const account_partition& of) const {
  if (!of.parked || !of.is_drained() || hands_over_later(of)) return false;
  return of.to_move.empty() || (of.reading && (has_room_for_lanes(of) || of.of.moves().since));
}

/// An account's partition whose parked changes have all been delivered flows again, once the provider works.
void relay::look_whether_drained() {
  if (logs_.empty()) return;  // each commit comes here
  for (const auto& each : accounts_) {
    if (!each->any_parked() || each->down_since()) continue;
    const waiting& held = each->held(lane_side::source);
    const config::park_settings& bounds = each->settings().park;
    if (held.changes > static_cast<std::size_t>(bounds.changes) / 2 || held.bytes > most_bytes_waiting(*each) / 2) continue;
    each->each_partition([&](account_partition& one) {
      if (may_unpark(one)) unpark(one);
    });
    if (!each->any_parked()) log::info("nothing is parked any more", {{"account", each->name()}});
  }
}

void relay::leave_logs(const delivery::owned_partition& source, std::vector<std::shared_ptr<delivery::owned_partition>>& leaving) {
  for (const auto& each : accounts_) {
    const auto part = each->partition(source);
    if (!part) continue;
    part->log->leaving = true;
    leaving.push_back(part->log);
    stop_reading(*part);
    drop_waiting(*part);
  }
}

/// It takes what the worker takes in, whatever its brokers' own bound is.
kafka::needed_topic relay::parked_in(std::string topic, int partitions) const {
  return {.name = std::move(topic), .partitions = partitions, .largest_record = configuration_->max_record};
}

/// Whether the topics are there, or may be made, is known before they are needed. What is in the way is looked at again, as it may be
/// mended.
void relay::check_parking() {
  if (!mover_ || !reader_ || source_sizes_.empty() || mover_->busy() || draining_ || loop_.now() < parking_check_at_) return;
  parking_check_at_ = time_point::max();
  std::vector<kafka::needed_topic> topics;
  for (const auto& each : accounts_)
    if (each->settings().park.on)
      for (const auto& [source, size] : source_sizes_)
        topics.push_back(parked_in(configuration_->parked_topic(each->name(), source), size));
  if (topics.empty()) return;
  mover_->check(std::move(topics), [this](const std::vector<std::string>& problems) {
    move_soon();
    if (!problems.empty()) {
      parking_check_at_ = loop_.now() + between_parking_checks;
      keep_watch();
    } else if (!parking_problems_.empty()) {
      log::info("nothing is in the way of parking any more");
    }
    if (std::exchange(parking_problems_, problems) == problems) return;
    for (const std::string& each : problems) log::warning("changes of an account that is down could not be parked", {{"problem", each}});
  });
  if (!renewal_timer_) renew_logs();
}

/// What the broker has of them already; what is new of others is committed anyhow.
std::vector<kafka::offset_to_commit> relay::renewed_logs() {
  std::vector<kafka::offset_to_commit> out;
  for (const kafka::topic_partition& name : std::exchange(renewals_, {})) {
    const auto found = logs_.find(name);
    if (found == logs_.end() || found->second->log->offsets.ahead_of_broker()) continue;
    if (auto told = found->second->commit()) out.push_back(std::move(*told));
  }
  return out;
}

void relay::renew_logs() {
  if (renewal_timer_) loop_.timers().cancel(*renewal_timer_);
  renewal_timer_ = loop_.timers().add(loop_.now() + renewal_interval, [this] {
    renewal_timer_.reset();
    for (const auto& [name, each] : logs_) renewals_.insert(name);
    if (!renewals_.empty()) commit_soon(haste::within_interval);
    renew_logs();
  });
}

}  // namespace leadrelay::relay
