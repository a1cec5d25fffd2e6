#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/prefetch.hpp"
#include "relay/relay.hpp"

// The commits, which tell the group how far everything is settled, and what waits for them.
namespace leadrelay::relay {

/// Of a commit that a lane of that account waits for. The account loses nothing by the wait while others of it go before at the gate.
delivery::haste relay::haste_of(const account& of) const noexcept {
  if (of.at_gate() == 0) return haste::at_once;
  return commit_pace_.runs_out(of.at_gate(), of.waiting_for(commits_sent_ + 1) + 1, loop_.now()) ? haste::soon : haste::within_interval;
}

void relay::commit_soon(haste how) {
  commit_pace_.ask(how);
  arm_commit();
}

void relay::arm_commit() {
  if (!sent_offsets_.empty() || !commit_pace_.is_asked_for()) return;
  if (commit_timer_ && commit_timer_->deadline <= commit_pace_.due()) return;
  if (commit_timer_) loop_.timers().cancel(*commit_timer_);
  commit_timer_ = loop_.timers().add(commit_pace_.due(), [this] {
    commit_timer_.reset();
    if (sent_offsets_.empty()) commit_now();
  });
}

void relay::commit_now() {
  commit_pace_.make();
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
  commit_pace_.send(began, loop_.now());
  ++metrics_.commits;
  if (moving.records.empty()) return consumer_.commit(std::move(due));
  moving.offsets = std::move(due);
  ++running_;
  mover_->begin(std::move(moving), [this](const kafka::move_result& result) { on_moved(result); });
}

void relay::on_committed(const kafka::commit_result& result) {
  if (!result.error.empty()) {
    ++metrics_.commit_errors;
    if (commit_trouble_.empty()) log::warning("commits fail, trying again", {{"error", result.error}});
    commit_trouble_ = result.error;
    commit_pace_.put_off(loop_.now());
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
    commit_pace_.acknowledge(loop_.now());
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

}  // namespace leadrelay::relay
