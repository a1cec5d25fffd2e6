#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "relay/relay.hpp"
#include "sink/parked_record.hpp"

// Changes that are set aside go to their account's topic of parked changes, in transactions with the commits of their offsets.
namespace leadrelay::relay {
namespace {

/// Beside the number of changes, what one move takes at most; each holds up the commits of all lanes for a transaction's time.
constexpr std::uint64_t most_moved_bytes = 4 << 20;

constexpr duration first_move_pause = std::chrono::milliseconds{500};
constexpr duration longest_move_pause = std::chrono::seconds{30};

/// Other commits come between moves, which take a fifth of the time, a half where there is enough for whole ones. After a slow one 10 s are
/// enough.
constexpr duration between_moves = std::chrono::milliseconds{200};
constexpr duration longest_between_moves = std::chrono::seconds{10};
constexpr int share_of_moves = 4;

/// Where moves of an account's have failed for so long, or will not work without somebody, and none of it is parked yet, it is as without
/// parking for a while.
constexpr duration longest_in_vain = std::chrono::seconds{30};
constexpr duration without_parking = std::chrono::minutes{5};

std::uint64_t size_of(const delivery::change& of) { return of.record.size; }

/// What goes on when it is read back, in the same trace.
std::string trace_of_parked(const delivery::change& of) { return of.trace ? tracing::to_traceparent(of.trace->context()) : std::string(); }

}  // namespace

/// While the last of what is parked is delivered, a few later changes wait here, so that the account's partition comes to flow again.
bool relay::is_closing(const account_partition& of) const {
  return of.reading && of.is_read() && !of.of.down_since() && has_room_for_lanes(of) &&
         of.of.to_move() <= std::min(most_read_back, static_cast<std::size_t>(of.of.settings().park.changes) / 2);
}

/// What goes with the next commit: the first changes of each account's partitions that are to be moved. An account whose moves fail goes
/// alone.
kafka::move relay::gather_move() {
  kafka::move out;
  if (waiting_to_move_ == 0 || !mover_ || mover_->busy() || loop_.now() < move_not_before_) return out;
  std::uint64_t bytes = 0;
  const std::size_t first = first_to_move_;
  for (std::size_t at = 0; at < accounts_.size(); ++at) {
    const std::size_t index = (first + at) % accounts_.size();
    account& of = *accounts_[index];
    if (of.to_move() == 0 || loop_.now() < of.moves().not_before || (of.moves().since && !moving_.empty())) continue;
    if (moving_.empty()) first_to_move_ = (index + 1) % accounts_.size();
    gather_of(of, out, bytes);
    if (of.moves().since && !moving_.empty()) break;
  }
  return out;
}

void relay::gather_of(account& of, kafka::move& into, std::uint64_t& bytes) {
  of.each_partition([&](account_partition& each) {
    if (each.source->leaving || is_closing(each)) return;
    drop_settled(each);
    into.topics.push_back(parked_in(each.log->topic, source_sizes_[each.source->topic]));
    while (each.moving < each.to_move.size() && into.records.size() < most_moved && bytes < most_moved_bytes) {
      const delivery::change& next = each.to_move[each.moving];
      if (next.from->offsets.is_settled(next.record.offset)) break;
      ++each.moving;
      bytes += size_of(next);
      into.records.push_back(sink::make_parked_record(next.record, into.topics.size() - 1, each.log->number, trace_of_parked(next)));
    }
    if (each.moving == 0) return into.topics.pop_back();
    ++each.source->busy;
    moving_.push_back(of.partition(*each.source));
  });
}

/// The offsets of their source partitions as they are once the move has worked.
std::map<const delivery::owned_partition*, delivery::offsets> relay::offsets_as_moved() const {
  std::map<const delivery::owned_partition*, delivery::offsets> out;
  for (const auto& each : moving_) {
    delivery::offsets& moved = out.try_emplace(each->source.get(), each->source->offsets).first->second;
    for (std::size_t index = 0; index < each->moving; ++index) moved.settle(each->to_move[index].record.offset);
  }
  return out;
}

/// A log to which something is moved has a commit from the first move on: who takes it over knows by that that there is something.
void relay::add_moved_logs(std::vector<kafka::offset_to_commit>& to) const {
  for (const auto& each : moving_) {
    if (each->log->offsets.ahead_of_broker()) continue;
    const kafka::topic_partition name = name_of(*each->log);
    std::erase_if(to, [&](const kafka::offset_to_commit& one) { return one.partition == name; });
    to.push_back(each->commit().value_or(kafka::offset_to_commit{name, each->next_to_read, ""}));
  }
}

void relay::on_moved(const kafka::move_result& result) {
  const duration took = loop_.now() - commit_pace_.last_sent();
  const bool worked = result.error.empty();
  const bool is_alone = std::ranges::all_of(moving_, [&](const auto& each) { return &each->of == &moving_.front()->of; });
  if (worked) {
    settle_moved(result);
    if (!move_trouble_.empty()) log::info("changes can be parked again");
    move_trouble_.clear();
  } else {
    note_failed_move(result);
  }
  const bool is_full = worked && waiting_to_move_ >= most_moved;
  const duration pause =
      std::max<duration>(worked ? between_moves : first_move_pause, std::min<duration>(share_of_moves * took, longest_between_moves));
  move_not_before_ = loop_.now() + (is_full ? std::min<duration>(took, longest_between_moves) : pause);
  for (const auto& each : std::exchange(moving_, {})) {
    each->moving = 0;
    --each->source->busy;
    move_trouble& trouble = each->of.moves();
    if (worked) trouble = {};
    const bool in_vain = trouble.since && is_alone && (!result.may_work_later || loop_.now() - *trouble.since >= longest_in_vain);
    if (each->source->leaving)
      drop_waiting(*each);
    else if (worked)
      read_on(*each);
    else if (in_vain && !each->reading) {
      each->of.park_from(loop_.now() + without_parking);
      log::warning("changes are not parked for now", {{"account", each->of.name()}, {"because", move_trouble_}});
      unpark(*each);
    }
  }
  --running_;
  finish_commit(result.error);
  relieve();
}

void relay::note_failed_move(const kafka::move_result& result) {
  if (move_trouble_.empty()) log::warning("changes cannot be parked, trying again", {{"error", result.error}});
  move_trouble_ = result.error;
  const account* last = nullptr;
  for (const auto& each : moving_) {
    if (std::exchange(last, &each->of) == &each->of) continue;
    move_trouble& trouble = each->of.moves();
    if (!trouble.since) trouble.since = loop_.now();
    trouble.pause = std::clamp(2 * trouble.pause, first_move_pause, longest_move_pause);
    trouble.not_before = loop_.now() + trouble.pause;
  }
}

/// What waits to be moved goes with a commit, be there anything else to commit or not.
void relay::move_soon() {
  if (waiting_to_move_ == 0 || !moving_.empty()) return;
  if (loop_.now() >= move_not_before_) return commit_soon(waiting_to_move_ >= most_moved ? haste::at_once : haste::within_interval);
  commit_pace_.ask_for(move_not_before_);
  arm_commit();
}

/// The commit that went with it has told of them, so that it tells all that there is, where nothing else has come since.
void relay::settle_moved(const kafka::move_result& result) {
  const auto told_all = [](const sent_offset& each) { return each.of && each.version == each.of->offsets.version(); };
  std::vector<sent_offset*> as_they_are;
  for (sent_offset& each : sent_offsets_)
    if (told_all(each)) as_they_are.push_back(&each);
  std::size_t at = 0;
  for (const auto& each : moving_) {
    for (; each->moving > 0; --each->moving) {
      const delivery::change moved = take_first(*each);
      settle_offset(moved);
      if (moved.trace) moved.trace->outcome = "parked";
      release(moved);
      each->of.end_pending(moved);
      ++each->of.metrics().parked;
      each->end = std::max(each->end, result.next_offsets[at++]);
    }
  }
  for (sent_offset* const each : as_they_are) each->version = each->of->offsets.version();
}

/// What was in flight when this worker had the partition before can end late.
void relay::drop_settled(account_partition& of) {
  while (!of.to_move.empty() && of.to_move.front().from->offsets.is_settled(of.to_move.front().record.offset)) {
    const delivery::change ended = take_first(of);
    release(ended);
    of.of.end_pending(ended);
  }
}

/// They are not parked by this worker: the next owner of their partition takes them.
void relay::drop_waiting(account_partition& of) {
  while (of.to_move.size() > of.moving) {
    release(of.to_move.back());
    of.of.end_pending(of.to_move.back());
    of.of.count_to_move(-1);
    --waiting_to_move_;
    of.to_move.pop_back();
  }
}

}  // namespace leadrelay::relay
