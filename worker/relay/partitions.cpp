#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.hpp"
#include "base/prefetch.hpp"
#include "relay/relay.hpp"

// What the group gives and takes back, and the commits that tell it how far everything is settled.
namespace leadrelay::relay {
namespace {

/// The time between two commits, of which each is for all partitions and one is under way at a time; where a lane waits for one that others
/// of its account go before; and where its account has room for it.
constexpr duration commit_interval = std::chrono::milliseconds{100};
constexpr duration soon_commit_interval = std::chrono::milliseconds{10};
constexpr duration urgent_commit_interval = std::chrono::milliseconds{1};

/// So many at the gate for each that waits for a commit will not all have left soon.
constexpr std::size_t many_at_gate = 2;

/// The longest that a revocation waits for what is in flight, where no drain says otherwise: well within the five minutes that librdkafka
/// gives a rebalance (`max.poll.interval.ms`).
constexpr duration longest_revocation = std::chrono::minutes{2};

/// Where all partitions were taken back, some come back in the next generation: nobody else can have used their share of the limits
/// meanwhile, unless the group has gone on without this worker, which takes a session's time; brokers allow none below 6 s.
constexpr duration shortest_session = std::chrono::seconds{5};

/// What is kept of the grace for the last commit, which also has what requests leave of it.
constexpr duration last_commit_time = std::chrono::seconds{2};

}  // namespace

void relay::on_assigned(const std::vector<kafka::assigned_partition>& partitions) {
  ++metrics_.assignments;
  assigned_once_ = true;
  last_error_.clear();
  kafka_trouble_.clear();
  if (loop_.now() > share_kept_until_) share_limits();
  for (const kafka::assigned_partition& given : partitions) {
    const auto state = own(given.partition, given.committed, given.metadata);
    state->number_of_all = given.number;
    partitions_in_all_ = given.of_all;
    source_sizes_[given.partition.topic] = given.of_topic;
    take_over_logs(state, given);
  }
  share_limits();
  look_how_far_to_read();
  pause_or_resume_all();
  check_parking();
  log::info("assigned", {{"partitions", partitions.size()}});
}

std::shared_ptr<delivery::owned_partition> relay::own(const kafka::topic_partition& name, std::int64_t committed,
                                                      const std::string& metadata) {
  auto out = std::make_shared<delivery::owned_partition>();
  out->topic = name.topic;
  out->number = name.partition;
  out->offsets = delivery::offsets(writer_);
  if (!out->offsets.restore(committed, metadata))
    log::warning("what is kept beside the commit cannot be read; what is settled beyond it is delivered again",
                 {{"topic", out->topic}, {"partition", out->number}});
  if (const auto former = former_.find(name); former != former_.end()) {
    // A commit that has gone back is of a topic made anew, or of somebody who wants all delivered again.
    if (committed >= former->second->offsets.last_acknowledged()) out->offsets.adopt(former->second->offsets);
    former_.erase(former);
  }
  return partitions_[name] = out;
}

void relay::on_revoked(const std::vector<kafka::topic_partition>& partitions, bool lost) {
  ++metrics_.revocations;
  log::info("revoked", {{"partitions", partitions.size()}, {"lost", lost}});
  std::vector<std::shared_ptr<delivery::owned_partition>> leaving;
  for (const kafka::topic_partition& name : partitions) {
    const auto owned = partitions_.find(name);
    if (owned == partitions_.end()) continue;
    owned->second->leaving = true;
    leaving.push_back(owned->second);
    leave_logs(*owned->second, leaving);
  }
  if (lost)
    for (const auto& each : leaving) give_up(name_of(*each));
  abandon_waiting();
  share_kept_until_ = loop_.now() + shortest_session;
  if (lost) {
    share_limits();
    return consumer_.give_up();
  }
  ++running_;
  boost::asio::co_spawn(loop_.executor(), give_back(std::move(leaving)), boost::asio::detached);
}

task<void> relay::give_back(std::vector<std::shared_ptr<delivery::owned_partition>> leaving) {
  const duration grace = draining_ ? std::max(grace_ - last_commit_time, grace_ / 2) : std::min(longest_request(), longest_revocation);
  // A move under way carries what there is to commit of all partitions.
  std::function<bool()> none_busy = [&] {
    return moving_.empty() && std::all_of(leaving.begin(), leaving.end(), [](const auto& p) { return p->busy == 0; });
  };
  const time_point deadline = loop_.now() + grace;
  const bool was_draining = draining_;
  co_await until(none_busy, deadline);
  // A commit that meets the rebalance is refused, and sent again.
  std::function<bool()> all_told = [&] {
    return std::ranges::none_of(leaving, [](const auto& partition) { return partition->offsets.ahead_of_broker(); });
  };
  commit_soon(haste::at_once);
  co_await until(all_told, loop_.now() + last_commit_time);
  std::function<bool()> told_or_drained = [&] { return all_told() || (draining_ && !was_draining); };
  co_await until(told_or_drained, deadline);
  for (const auto& partition : leaving) give_up(name_of(*partition));
  if (!partitions_.empty()) share_limits();
  consumer_.give_up();
  --running_;
  tell_progress();
}

duration relay::longest_request() const {
  duration longest{};
  for (const auto& each : accounts_) longest = std::max(longest, each->settings().connect_timeout + each->settings().answer_timeout);
  return longest + std::chrono::seconds{1};
}

/// From here on the partition may be somebody else's.
void relay::give_up(const kafka::topic_partition& name) {
  const auto owned = partitions_.find(name);
  if (owned == partitions_.end()) return;
  owned->second->given_up = true;
  for (const auto& each : accounts_) each->erase_partition(*owned->second);
  logs_.erase(name);
  former_[name] = owned->second;
  partitions_.erase(owned);
  wake_burials();
}

task<bool> relay::until(const std::function<bool()>& reached, time_point deadline) {
  wakeup changed(loop_.executor());
  watchers_.push_back(&changed);
  bool in_time = true;
  while (in_time && !reached()) in_time = co_await loop_.wait_until(changed, deadline);
  std::erase(watchers_, &changed);
  co_return reached();
}

void relay::tell_progress() {
  for (wakeup* watcher : watchers_) watcher->notify();
}

void relay::abandon_waiting() {
  std::erase_if(commit_waiters_, [](const commit_waiter& each) { return each.lane->from->leaving; });
  for (const auto& each : accounts_) {
    each->forget_leaving();
    each->admit_waiting();
  }
}

void relay::abandon_requests() {
  for (const auto& each : accounts_) {
    each->pool().stop();
    each->each_lane([](running_lane& lane) {
      if (lane.over) lane.over->close();
    });
  }
}

delivery::limit_share relay::share() const {
  delivery::limit_share out{.owned = {}, .total = partitions_in_all_};
  for (const auto& [name, partition] : partitions_)
    if (!partition->parked) out.owned.push_back(partition->number_of_all);
  std::ranges::sort(out.owned);
  return out;
}

void relay::share_limits() {
  const delivery::limit_share own = share();
  for (const auto& each : accounts_) {
    each->gate().set_share(own, loop_.now(), loop_.wall_now());
    each->admit_waiting();
  }
}

/// Of a commit that a lane of that account waits for. Where others wait at the gate the account loses nothing by it, and where they are
/// many beside those that wait for commits it loses nothing for long.
relay::haste relay::haste_of(const account& of) const noexcept {
  if (of.at_gate() == 0) return haste::at_once;
  return of.at_gate() < many_at_gate * commit_waiters_.size() ? haste::soon : haste::within_interval;
}

void relay::commit_soon(haste how) {
  const duration waits = how == haste::at_once ? urgent_commit_interval : soon_commit_interval;
  const duration interval = how == haste::within_interval ? commit_interval : std::max(waits, 4 * commit_cost_);
  const time_point earliest = std::max(last_commit_ + interval, commit_not_before_);
  if (earliest < commit_due_) commit_due_ = std::min(commit_due_, std::max(loop_.now(), earliest));
  arm_commit();
}

void relay::arm_commit() {
  if (!sent_offsets_.empty() || commit_due_ == time_point::max()) return;
  if (commit_timer_ && commit_armed_for_ <= commit_due_) return;
  if (commit_timer_) loop_.timers().cancel(*commit_timer_);
  commit_armed_for_ = commit_due_;
  commit_timer_ = loop_.timers().add(commit_due_, [this] {
    commit_timer_.reset();
    if (sent_offsets_.empty()) commit_now();
  });
}

void relay::commit_now() {
  commit_due_ = time_point::max();
  const time_point began = loop_.now();
  kafka::move moving = gather_move();
  const auto as_moved = offsets_as_moved();
  renewing_ = renewals_;
  std::vector<kafka::offset_to_commit> due = renewed_logs();
  for (const auto& [name, partition] : partitions_) {
    const auto moved = as_moved.find(partition.get());
    const delivery::offsets& offsets = moved == as_moved.end() ? partition->offsets : moved->second;
    if (!offsets.ahead_of_broker()) continue;
    const std::int64_t next = *offsets.committable();
    sent_offsets_.push_back({partition, partition->offsets.version(), next});
    due.push_back({name, next, delivery::encode(offsets.map(), next)});
  }
  add_moved_logs(due);
  if (sent_offsets_.empty() && !due.empty()) sent_offsets_.push_back({nullptr, 0, 0});
  if (due.empty()) return;
  ++commits_sent_;
  last_commit_ = loop_.now();
  commit_cost_ = last_commit_ - began;
  ++metrics_.commits;
  if (moving.records.empty()) return consumer_.commit(std::move(due));
  moving.offsets = std::move(due);
  move_began_ = last_commit_;
  ++running_;
  mover_->begin(std::move(moving), [this](const kafka::move_result& result) { on_moved(result); });
}

void relay::on_committed(const kafka::commit_result& result) {
  if (!result.error.empty()) {
    ++metrics_.commit_errors;
    if (commit_trouble_.empty()) log::warning("commits fail, trying again", {{"error", result.error}});
    commit_trouble_ = result.error;
    commit_due_ = commit_not_before_ = loop_.now() + commit_interval;
  }
  finish_commit(result.error);
}

/// A commit, or a move with one, is over.
void relay::finish_commit(const std::string& error) {
  const std::vector<sent_offset> sent = std::exchange(sent_offsets_, {});
  if (error.empty()) {
    for (const sent_offset& each : sent)
      if (each.of) each.of->offsets.acknowledged(each.version, each.next);
    commits_acknowledged_ = commits_sent_;
    if (!commit_trouble_.empty()) log::info("commits are acknowledged again");
    commit_trouble_.clear();
    kafka_trouble_.clear();
    wake_committed();
    look_whether_drained();
  } else {
    renewals_.merge(renewing_);
  }
  tell_progress();
  const auto is_behind = [](const auto& each) { return each.second->offsets.ahead_of_broker(); };
  const bool behind = !renewals_.empty() || std::ranges::any_of(partitions_, is_behind);
  if (behind) commit_soon(haste::within_interval);
  move_soon();
  arm_commit();
}

void relay::wake_committed() {
  constexpr std::size_t far = 6;
  constexpr std::size_t near = 3;
  while (!commit_waiters_.empty() && commit_waiters_.front().commit <= commits_acknowledged_) {
    if (commit_waiters_.size() > far) prefetch(part_of(*commit_waiters_[far].lane));
    if (commit_waiters_.size() > near) fetch_coroutine(*commit_waiters_[near].lane);
    commit_waiters_.front().lane->signal.notify();
    commit_waiters_.pop_front();
  }
}

std::uint64_t relay::commit_to_wait_for(running_lane& lane, lane_step meanwhile, haste how) {
  if (!lane.from->offsets.ahead_of_broker() || lane.from->leaving) return 0;
  lane.step = meanwhile;
  const bool under_way = std::ranges::any_of(
      sent_offsets_, [&](const sent_offset& each) { return each.of == lane.from && each.version == lane.from->offsets.version(); });
  const std::uint64_t awaited = under_way ? commits_sent_ : commits_sent_ + 1;
  if (under_way) {
    commit_waiters_.push_front({awaited, &lane});
  } else {
    commit_waiters_.push_back({awaited, &lane});
  }
  commit_soon(how);
  return awaited;
}

task<bool> relay::committed(running_lane& lane, lane_step meanwhile, haste how) {
  const std::uint64_t awaited = commit_to_wait_for(lane, meanwhile, how);
  while (commits_acknowledged_ < awaited && !lane.from->leaving) co_await lane.signal.wait();
  co_return awaited > 0 ? commits_acknowledged_ >= awaited : !lane.from->offsets.ahead_of_broker();
}

void relay::on_error(const std::string& what, bool fatal) {
  ++metrics_.kafka_errors;
  last_error_ = kafka_trouble_ = what;
  kafka_trouble_at_ = loop_.now();
  if (fatal) {
    log::error("kafka", {{"error", what}});
  } else {
    log::warning("kafka", {{"error", what}});
  }
}

}  // namespace leadrelay::relay
