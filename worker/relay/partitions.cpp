#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.hpp"
#include "relay/relay.hpp"

// What the group gives and takes back.
namespace leadrelay::relay {
namespace {

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
