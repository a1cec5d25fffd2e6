#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.hpp"
#include "relay/relay.hpp"

// What the group gives and takes back, and the commits that tell it how far everything is settled.
namespace leadrelay::relay {
namespace {

/// The least time between two commits. Each is for all partitions, and one is under way at a time.
constexpr duration commit_interval = std::chrono::milliseconds{100};

/// How long a revocation waits for what is in flight, where no drain says otherwise.
constexpr duration revocation_grace = std::chrono::seconds{20};

/// What is kept of the grace for the last commit.
constexpr duration last_commit_time = std::chrono::seconds{2};

}  // namespace

void relay::on_assigned(const std::vector<kafka::assigned_partition>& partitions) {
  ++metrics_.assignments;
  assigned_once_ = true;
  last_error_.clear();
  for (const kafka::assigned_partition& given : partitions) {
    auto state = std::make_shared<delivery::owned_partition>();
    state->topic = given.partition.topic;
    state->number = given.partition.partition;
    state->offsets.acknowledged(given.committed);
    partitions_[given.partition] = std::move(state);
    partitions_of_topic_[given.partition.topic] = given.partitions_of_topic;
  }
  share_limits();
  if (paused_) consumer_.pause(owned());
  log::info("assigned", {{"partitions", partitions.size()}});
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
    if (lost) partitions_.erase(owned);
  }
  abandon_waiting();
  if (lost) return consumer_.give_up();
  ++running_;
  boost::asio::co_spawn(loop_.executor(), give_back(std::move(leaving)), boost::asio::detached);
}

task<void> relay::give_back(std::vector<std::shared_ptr<delivery::owned_partition>> leaving) {
  const duration grace = draining_ ? std::max(grace_ - last_commit_time, grace_ / 2) : revocation_grace;
  std::function<bool()> none_busy = [&] { return std::all_of(leaving.begin(), leaving.end(), [](const auto& p) { return p->busy == 0; }); };
  co_await until(none_busy, loop_.now() + grace);
  std::function<bool()> commit_ended = [this] { return !commit_in_flight_; };
  const time_point commit_deadline = loop_.now() + last_commit_time;
  co_await until(commit_ended, commit_deadline);
  commit_now();
  co_await until(commit_ended, commit_deadline);
  for (const auto& partition : leaving) partitions_.erase({partition->topic, partition->number});
  share_limits();
  consumer_.give_up();
  --running_;
  tell_progress();
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
  for (const auto& each : accounts_) {
    for (const auto& [key, lane] : each->lanes())
      if (lane->queue.changes.front().from->leaving && !lane->requesting) each->forget(*lane);
    each->admit_waiting();
  }
}

void relay::abandon_requests() {
  for (const auto& each : accounts_) {
    each->pool().stop();
    for (const auto& [key, lane] : each->lanes())
      if (lane->over) lane->over->close();
  }
}

void relay::share_limits() {
  std::map<std::string, int> owned_of_topic;
  for (const auto& [name, partition] : partitions_) ++owned_of_topic[name.topic];
  int owned = 0;
  int total = 0;
  for (const auto& [topic, count] : partitions_of_topic_) {
    owned += owned_of_topic[topic];
    total += count;
  }
  if (owned == 0) return;
  for (const auto& each : accounts_) each->gate().set_share(owned, std::max(owned, total));
}

std::vector<kafka::topic_partition> relay::owned() const {
  std::vector<kafka::topic_partition> out;
  for (const auto& [name, partition] : partitions_) out.push_back(name);
  return out;
}

void relay::commit_soon() {
  if (commit_in_flight_ || commit_armed_) return;
  commit_armed_ = true;
  loop_.timers().add(std::max(loop_.now(), last_commit_ + commit_interval), [this] {
    commit_armed_ = false;
    if (!commit_in_flight_) commit_now();
  });
}

void relay::commit_now() {
  std::vector<kafka::offset_to_commit> due;
  for (const auto& [name, partition] : partitions_)
    if (partition->offsets.ahead_of_broker()) due.push_back({name, *partition->offsets.committable(), {}});
  if (due.empty()) return;
  commit_in_flight_ = true;
  last_commit_ = loop_.now();
  ++metrics_.commits;
  consumer_.commit(std::move(due));
}

void relay::on_committed(const kafka::commit_result& result) {
  commit_in_flight_ = false;
  if (result.error.empty()) {
    for (const kafka::offset_to_commit& done : result.offsets)
      if (const auto owned = partitions_.find(done.partition); owned != partitions_.end()) owned->second->offsets.acknowledged(done.next);
  } else {
    ++metrics_.commit_errors;
    log::warning("commit failed", {{"error", result.error}});
  }
  tell_progress();
  if (std::any_of(partitions_.begin(), partitions_.end(), [](const auto& each) { return each.second->offsets.ahead_of_broker(); })) commit_soon();
}

void relay::on_error(const std::string& what, bool fatal) {
  ++metrics_.kafka_errors;
  last_error_ = what;
  if (fatal) {
    log::error("kafka", {{"error", what}});
  } else {
    log::warning("kafka", {{"error", what}});
  }
}

}  // namespace leadrelay::relay
