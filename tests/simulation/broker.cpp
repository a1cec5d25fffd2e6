#include "simulation/broker.hpp"

#include <algorithm>

#include "simulation/member.hpp"
#include "simulation/parked_logs.hpp"

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr duration heartbeat_interval = 3s;
constexpr int widest_gap = 40;

}  // namespace

broker::broker(surroundings& at, int partitions, const config::configuration& with)
    : at_(at),
      end_(static_cast<std::size_t>(partitions), 0),
      committed_(end_.size() * (1 + with.accounts.size()), -1),
      metadata_(committed_.size()),
      holders_(end_.size()) {
  for (const config::account& each : with.accounts) parked_topics_.push_back(with.parked_topic(each.name, "changes"));
  for (std::int64_t& end : end_) end = at_.random.per_mille(500) ? 0 : at_.random.between(1, 200);
}

int broker::append(change made) {
  std::int64_t& end = end_[static_cast<std::size_t>(made.partition)];
  if (at_.random.per_mille(gaps_per_mille)) end += at_.random.between(1, widest_gap);
  made.offset = end++;
  const int partition = made.partition;
  const change& added = at_.truth.add(std::move(made));
  at_.log.event("append", {{"change", added.id},
                           {"partition", partition},
                           {"offset", added.offset},
                           {"lane", added.lane},
                           {"kind", static_cast<int>(added.is)}});
  if (member* const holder = holders_[static_cast<std::size_t>(partition)]) holder->fetch_soon();
  return added.id;
}

bool broker::has(const member& who) const {
  return std::ranges::any_of(members_, [&](const seat& each) { return each.who == &who; });
}

bool broker::waits_for(const member& who) const {
  return rebalancing_ && std::ranges::any_of(members_, [&](const seat& each) { return each.who == &who && !each.joined; });
}

void broker::remove(const member& who) {
  std::erase_if(members_, [&](const seat& each) { return each.who == &who; });
}

void broker::join(member& who) {
  if (!has(who)) members_.push_back({&who, false});
  at_.log.event("join", {{"worker", who.worker()}});
  begin_rebalance();
  for (seat& each : members_)
    if (each.who == &who) each.joined = true;
  complete_if_all_joined();
}

void broker::leave(member& who) {
  if (!has(who)) return;
  at_.log.event("leave", {{"worker", who.worker()}});
  remove(who);
  begin_rebalance();
  complete_if_all_joined();
}

void broker::expire(member& who) {
  if (!has(who)) return;
  at_.log.event("expire", {{"worker", who.worker()}});
  remove(who);
  begin_rebalance();
  complete_if_all_joined();
}

void broker::begin_rebalance() {
  if (rebalancing_) return;
  rebalancing_ = true;
  const int number = ++rebalances_;
  for (seat& each : members_) {
    each.joined = false;
    each.who->learn_rebalance_after(at_.random.between(duration{0}, heartbeat_interval));
  }
  at_.after(rebalance_deadline, [this, number] {
    if (rebalancing_ && rebalances_ == number) complete();
  });
}

void broker::complete_if_all_joined() {
  if (rebalancing_ && std::ranges::all_of(members_, &seat::joined)) complete();
}

void broker::complete() {
  for (const seat& each : members_)
    if (!each.joined) each.who->learn_lost_after(at_.random.between(duration{0}, heartbeat_interval));
  std::erase_if(members_, [](const seat& each) { return !each.joined; });
  rebalancing_ = false;
  ++generation_;
  at_.log.event("generation", {{"number", generation_}, {"members", static_cast<int>(members_.size())}});
  std::map<member*, std::vector<int>> given;
  const int first = at_.random.below(partitions());
  for (int partition = 0; partition < partitions(); ++partition) {
    at_.truth.end_ownership(partition);
    holders_[static_cast<std::size_t>(partition)] = nullptr;
    if (members_.empty()) continue;
    member* const to = members_[static_cast<std::size_t>(first + partition) % members_.size()].who;
    holders_[static_cast<std::size_t>(partition)] = to;
    given[to].push_back(partition);
  }
  for (const seat& each : members_) {
    std::vector<member::grant> grants;
    for (const int partition : given[each.who]) grants.push_back({partition, at_.truth.begin_ownership(each.who->worker(), partition)});
    each.who->be_assigned_after(at_.random.between(1ms, 200ms), generation_, std::move(grants));
  }
}

/// Commits of the generation are taken while it is being replaced, too; those of an earlier one are not.
bool broker::accepts(const member& who, int generation) const { return generation == generation_ && has(who); }

void broker::take_commit(life by, const std::vector<kafka::offset_to_commit>& offsets, std::size_t most) {
  for (const kafka::offset_to_commit& each : offsets) {
    if (most-- == 0) return;
    const int stream = stream_of(each.partition);
    at_.truth.committed(by, stream, each.next, each.metadata);
    committed_[static_cast<std::size_t>(stream)] = each.next;
    metadata_[static_cast<std::size_t>(stream)] = each.metadata;
  }
}

int broker::stream_of(const kafka::topic_partition& of) const {
  const auto topic = std::ranges::find(parked_topics_, of.topic);
  const auto number = topic == parked_topics_.end() ? 0 : 1 + static_cast<int>(topic - parked_topics_.begin());
  return number * partitions() + of.partition;
}

std::vector<std::int64_t> broker::take_move(life by, const kafka::move& what) {
  std::vector<std::int64_t> out;
  std::vector<int> parked;
  for (const kafka::moved_record& each : what.records) {
    const kafka::topic_partition to{what.topics[each.topic].name, each.partition};
    parked_log& log = logs_[to];
    log.records.push_back({log.end++, -1, each.key, each.value, each.headers});
    const int change = at_.truth.is_parked(by, stream_of(to), log.records.back().offset, each);
    log.records.back().change = change;
    if (change >= 0) parked.push_back(change);
    at_.log.event("parked", {{"worker", by.first}, {"change", change}});
    out.push_back(log.end);
  }
  for (auto& [name, log] : logs_) ++log.end;  // the transaction's marker, of those that it has not written to as well
  take_commit(by, what.offsets, what.offsets.size());
  for (const int each : parked) at_.truth.check_parked_in_order(each);
  for (log_reader* const each : readers_) each->fetch_soon();
  return out;
}

const broker::parked_record* broker::parked_at(const kafka::topic_partition& of, std::int64_t from) const {
  const auto log = logs_.find(of);
  if (log == logs_.end()) return nullptr;
  const auto found = std::ranges::lower_bound(log->second.records, from, {}, &parked_record::offset);
  return found == log->second.records.end() ? nullptr : &*found;
}

std::int64_t broker::end_of(const kafka::topic_partition& of) const {
  const auto log = logs_.find(of);
  return log == logs_.end() ? 0 : log->second.end;
}

std::vector<kafka::assigned_partition> broker::look_up(const std::vector<int>& partitions) const {
  std::vector<kafka::assigned_partition> out;
  for (const int partition : partitions) {
    const auto index = static_cast<std::size_t>(partition);
    out.push_back({{"changes", partition},
                   committed_[index],
                   metadata_[index],
                   partition,
                   static_cast<int>(end_.size()),
                   static_cast<int>(end_.size())});
    for (const std::string& topic : parked_topics_) {
      const kafka::topic_partition beside{topic, partition};
      const auto stream = static_cast<std::size_t>(stream_of(beside));
      if (end_of(beside) > 0 || committed_[stream] >= 0)
        out.back().beside.push_back({beside, committed_[stream], metadata_[stream], 0, end_of(beside)});
    }
  }
  return out;
}

}  // namespace leadrelay::simulation
