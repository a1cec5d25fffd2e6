#include "simulation/member.hpp"

#include <algorithm>
#include <utility>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr duration longest_fetch = 40ms;
constexpr int largest_batch = 30;

}  // namespace

void member::start(kafka::consumer_events& to) {
  events_ = &to;
  at_.after(at_.random.between(1ms, 500ms), [this] {
    if (!ended_) join();
  });
}

void member::join() {
  state_ = state::joining;
  rebalance_told_ = false;
  broker_.join(*this);
}

// --- Rebalances -----------------------------------------------------------------------------------------------------------------------

void member::learn_rebalance_after(duration wait) {
  at_.after(wait, [this] {
    if (ended_ || !broker_.waits_for(*this)) return;
    if (state_ == state::joining) rebalance_told_ = true;
    if (state_ == state::stable) revoke(false);
  });
}

void member::learn_lost_after(duration wait) {
  at_.after(wait, [this] {
    if (ended_ || broker_.has(*this)) return;
    if (state_ == state::joining) join();
    if (state_ == state::stable) revoke(true);
  });
}

void member::lose_session(duration learned_after) {
  broker_.expire(*this);
  learn_lost_after(learned_after);
}

void member::be_assigned_after(duration wait, int generation, std::vector<grant> grants) {
  at_.after(wait, [this, generation, grants = std::move(grants)] {
    if (!ended_ && state_ == state::joining) be_assigned(generation, grants);
  });
}

void member::be_assigned(int generation, const std::vector<grant>& grants) {
  generation_ = generation;
  state_ = state::stable;
  std::vector<int> partitions;
  owned_.clear();
  position_.clear();
  paused_.clear();
  for (const grant& each : grants) {
    partitions.push_back(each.partition);
    owned_[each.partition] = each.ownership;
    at_.truth.know_ownership(worker_, each.ownership);
    at_.log.event("assigned", {{"worker", worker_}, {"partition", each.partition}, {"generation", generation}});
  }
  const auto found = broker_.look_up(partitions);
  for (const kafka::assigned_partition& each : found) position_[each.partition.partition] = std::max<std::int64_t>(each.committed, 0);
  events_->on_assigned(found);
  fetch_soon();
  if (rebalance_told_) learn_rebalance_after(at_.random.between(1ms, 100ms));
}

void member::revoke(bool lost) {
  state_ = state::revoking;
  revoked_at_ = at_.loop.now();
  revoked_in_peace_ = !lost && !commit_is_slow_ && !move_is_slow_;
  at_.log.event("revoked", {{"worker", worker_}, {"lost", lost}, {"partitions", static_cast<int>(owned_.size())}});
  if (owned_.empty()) return finish_revoke();
  std::vector<kafka::topic_partition> names;
  for (const auto& [partition, ownership] : owned_) names.push_back({"changes", partition});
  events_->on_revoked(names, lost);
}

/// No account comes to be in a run, so that there is never anything to find.
void member::add_beside(const kafka::topics_beside&, std::function<void(const std::vector<kafka::assigned_partition>&)> found) {
  at_.after(0s, [found = std::move(found)] { found({}); });
}

void member::give_up() {
  if (ended_) return;
  if (state_ != state::revoking || give_up_wanted_)
    return at_.log.broken("one_answer_to_a_revocation", "worker " + std::to_string(worker_));
  if (commits_.empty()) return finish_revoke();
  give_up_wanted_ = true;
}

bool member::in_peace() const { return revoked_in_peace_ && at_.loop.now() - revoked_at_ < peaceful_for_; }

void member::finish_revoke() {
  give_up_wanted_ = false;
  at_.log.event("given up", {{"worker", worker_}, {"in peace", in_peace()}});
  for (const auto& [partition, ownership] : owned_) at_.truth.give_up(worker_, partition, in_peace());
  owned_.clear();
  state_ = state::outside;
  if (closing_) return closing_->notify();
  join();
}

task<void> member::close(duration grace) {
  if (ended_) co_return;
  const time_point deadline = at_.loop.now() + grace - std::min<duration>(grace / 4, 1500ms);
  closing_ = std::make_unique<wakeup>(at_.loop.executor());
  peaceful_for_ = std::min(peaceful_for_, grace / 3);
  if (state_ == state::stable) revoke(false);
  while (state_ == state::revoking && at_.loop.now() < deadline) co_await at_.loop.wait_until(*closing_, deadline);
  closing_.reset();
  if (ended_) co_return;
  ended_ = true;
  at_.log.event("closed", {{"worker", worker_}});
  at_.truth.forget_worker(worker_);
  for (auto unanswered = std::exchange(commits_, {}); auto& each : unanswered)
    events_->on_committed({std::move(each.offsets), "the consumer has closed"});
  events_ = nullptr;
  broker_.leave(*this);
}

void member::kill() {
  ended_ = true;
  events_ = nullptr;
  commits_.clear();
  at_.truth.forget_worker(worker_);
  if (closing_) closing_->notify();
}

// --- Commits --------------------------------------------------------------------------------------------------------------------------

void member::commit(std::vector<kafka::offset_to_commit> offsets) {
  if (ended_) return;
  if (offsets.empty()) return at_.log.broken("commits_say_something", "worker " + std::to_string(worker_));
  at_.log.event("commit", {{"worker", worker_}, {"partitions", static_cast<int>(offsets.size())}, {"first", offsets.front().next}});
  commits_.push_back({std::move(offsets), generation_});
  if (commits_.size() == 1) send_first_commit();
}

/// It reaches the broker halfway.
void member::send_first_commit() {
  commits_.front().generation = generation_;
  const duration half = at_.random.between(100us, broker_.weather.slowest) / 2;
  commit_is_slow_ = 2 * half > peaceful_commit;
  if (commit_is_slow_) revoked_in_peace_ = false;
  at_.after(half, [this, half] {
    if (commits_.empty()) return;
    const std::string error = judge_commit(commits_.front());
    if (!error.empty()) revoked_in_peace_ = false;
    at_.after(half, [this, error] {
      if (!commits_.empty()) answer_first_commit(error);
    });
  });
}

std::string member::judge_commit(const sent_commit& sent) {
  const broker_weather& weather = broker_.weather;
  if (!broker_.accepts(*this, sent.generation)) return "unknown member or illegal generation";
  if (at_.random.per_mille(weather.commits_fail)) return "simulated failure";
  const bool partly = at_.random.per_mille(weather.commits_fail_partly);
  const auto most = partly ? static_cast<std::size_t>(at_.random.below(static_cast<int>(sent.offsets.size()))) : sent.offsets.size();
  broker_.take_commit(at_.truth.living(worker_), sent.offsets, most);
  return partly || at_.random.per_mille(weather.commit_answers_lost) ? "simulated loss of the answer" : "";
}

void member::answer_first_commit(const std::string& error) {
  const kafka::commit_result result{std::move(commits_.front().offsets), error};
  commits_.pop_front();
  commit_is_slow_ = false;
  at_.log.event("committed", {{"worker", worker_}, {"good", error.empty()}, {"first", result.offsets.front().next}});
  if (!commits_.empty()) send_first_commit();
  events_->on_committed(result);
  if (give_up_wanted_ && commits_.empty()) finish_revoke();
}

// --- Records --------------------------------------------------------------------------------------------------------------------------

void member::pause(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions) {
    if (ended_ || !owned_.contains(each.partition)) continue;
    at_.log.event("pause", {{"worker", worker_}, {"partition", each.partition}});
    if (!paused_.insert(each.partition).second) at_.log.broken("no_pause_twice", "partition " + std::to_string(each.partition));
  }
}

void member::resume(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions) {
    if (ended_ || !owned_.contains(each.partition)) continue;
    at_.log.event("resume", {{"worker", worker_}, {"partition", each.partition}});
    if (paused_.erase(each.partition) == 0) at_.log.broken("no_resume_twice", "partition " + std::to_string(each.partition));
  }
  fetch_soon();
}

void member::rest(bool rests) {
  if (ended_) return;
  at_.log.event("rest", {{"worker", worker_}, {"rests", rests}});
  if (std::exchange(rests_, rests) == rests) at_.log.broken("no_rest_twice", "worker " + std::to_string(worker_));
  if (!rests) fetch_soon();
}

void member::fetch_soon() {
  if (ended_ || fetching_ || state_ != state::stable) return;
  fetching_ = true;
  at_.after(at_.random.between(1ms, longest_fetch), [this] {
    fetching_ = false;
    fetch();
  });
}

/// A batch of each partition, one after another, as the broker answers a fetch.
void member::fetch() {
  bool more = false;
  for (int partition = 0; partition < broker_.partitions(); ++partition) {
    int left = at_.random.between(1, largest_batch);
    bool any = true;
    while (any && left-- > 0) any = deliver_next(partition);
    more = more || any;
  }
  if (more) fetch_soon();
}

bool member::deliver_next(int partition) {
  static const auto topic = std::make_shared<const std::string>("changes");
  if (ended_ || state_ != state::stable || !owned_.contains(partition) || paused_.contains(partition) || rests_) return false;
  std::int64_t& position = position_[partition];
  const change* found = nullptr;
  while (!found && position < broker_.end_of(partition)) found = at_.truth.at(partition, position++);
  if (!found) return false;
  const std::string origin = std::to_string(found->id);
  events::record record = events::copy_record(found->key, found->value, {{"origin", origin}});
  record.topic = topic;
  record.partition = partition;
  record.offset = found->offset;
  record.timestamp_ms = 1000 * (record.offset + 1);
  at_.log.event("record", {{"worker", worker_}, {"change", found->id}});
  at_.truth.record_is_read(worker_, *found);
  events_->on_record(std::move(record));
  on_delivered();
  return true;
}

}  // namespace leadrelay::simulation
