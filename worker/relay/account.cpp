#include "relay/account.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/prefetch.hpp"

namespace leadrelay::relay {
namespace {

/// What waits of a lead goes before what is parked, which came later. But where what its partition's former owner had started is not read
/// in time, and nothing of the partition may be parked therefore, a change goes that came after one that is parked.
bool goes_behind(const running_lane& source, const running_lane& read_back) {
  if (source.step != lane_step::starting || source.queue.changes.empty()) return false;
  const delivery::change& waits = source.queue.changes.front();
  if (!waits.from->offsets.has_started_ahead()) return false;
  if (read_back.step == lane_step::committing || read_back.queue.changes.empty()) return true;
  const events::origin* const parked = read_back.queue.changes.front().origin.get();
  return parked && parked->offset < waits.record.offset && parked->partition == waits.record.partition &&
         parked->topic == *waits.record.topic;
}

}  // namespace

std::string_view to_string(lane_step step) noexcept {
  constexpr std::array<std::string_view, 9> words{"idle",       "starting",    "at_gate", "announcing", "connecting",
                                                  "requesting", "backing_off", "burying", "committing"};
  return words[static_cast<std::size_t>(step)];
}

account::account(loop& on, account_change made, int first_limit)
    : loop_(on),
      name_(made.terms->settings->name),
      terms_(std::move(made.terms)),
      gate_(settings().concurrency, settings().limits, first_limit),
      pool_(std::move(made.pool)) {
  use_secret(made.secret, std::move(made.headers));
}

account::~account() {
  if (timer_) loop_.timers().cancel(*timer_);
}

void account::take(account_change made) {
  removed_at_.reset();
  has_given_up_ = false;
  const bool moves = made.terms->destination != terms_->destination;
  terms_ = std::move(made.terms);
  if (made.is_same) return;
  const bool connects_anew = made.pool != pool_;
  pool_ = std::move(made.pool);
  gate_.set_bounds(settings().concurrency, settings().limits, loop_.now(), loop_.wall_now());
  if (moves) gate_.go_elsewhere(loop_.now());
  if (connects_anew) gate_.connect_anew(loop_.now());
  // A provider may refuse for the certificate that it was shown.
  if (moves || made.headers != headers_ || (connects_anew && gate_.credential_refused())) {
    use_secret(made.secret, std::move(made.headers));
    gate_.try_credential_again(loop_.now());
  }
  admit_waiting();
}

void account::give_up() {
  has_given_up_ = true;
  set_lanes_aside([](const running_lane&) { return true; });
}

bool account::is_over() const {
  return is_removed() && lane_count() == 0 && pending_ == 0 && to_move_ == 0 && parked_count_ == 0 &&
         std::ranges::all_of(partitions_,
                             [](const auto& each) { return each.second->moving == 0 && !each.second->log->offsets.ahead_of_broker(); });
}

running_lane& account::lane_of(std::string_view key, lane_side side) {
  lane_map& lanes = lanes_[index(side)];
  if (const auto found = lanes.find(key); found != lanes.end()) return *found->second;
  auto made = std::make_unique<running_lane>(loop_.executor(), std::string(key), side);
  running_lane& lane = *made;
  lanes.emplace(std::string_view(lane.queue.key), std::move(made));
  return lane;
}

void account::erase_lane(const running_lane& ended) { lanes_[index(ended.side)].erase(std::string_view(ended.queue.key)); }

/// The lane of the same lead on the other side.
running_lane* account::beside(const running_lane& lane) const {
  const lane_map& others = lanes_[1 - index(lane.side)];
  if (others.empty()) return nullptr;
  const auto found = others.find(std::string_view(lane.queue.key));
  return found == others.end() ? nullptr : found->second.get();
}

bool account::must_wait_for_beside(const running_lane& lane) const {
  const running_lane* const other = beside(lane);
  if (!other) return false;
  if (lane.side == lane_side::read_back) return !goes_behind(*other, lane);
  return (other->from && other->from->leaving) || goes_behind(lane, *other);
}

const running_lane* account::find_lane(std::string_view key, lane_side side) const {
  const lane_map& lanes = lanes_[index(side)];
  const auto found = lanes.find(key);
  return found == lanes.end() ? nullptr : found->second.get();
}

void account::wake_beside(const running_lane& lane) const {
  if (running_lane* const other = beside(lane)) other->signal.notify();
}

void account::each_lane(const std::function<void(running_lane&)>& visit) const {
  for (const lane_map& lanes : lanes_)
    for (const auto& [key, lane] : lanes) visit(*lane);
}

void account::line_up(running_lane& lane, delivery::try_kind kind) {
  lane.admitted.reset();
  if (has_no_turn(lane)) return;
  lane.over_budget = false;
  lane.waits_as = ++came_to_gate_;
  line_of(kind).push_back(lane);
  admit_waiting();
  lane.waited = !lane.admitted;
}

bool account::pass(const running_lane& lane) {
  if (!has_no_turn(lane)) return true;
  if (lane.admitted) {
    gate_.cancel();
    leave(loop_.now());
  }
  return false;
}

bool account::send(time_point now) {
  const bool sent = gate_.send(now);
  if (!timer_) arm(now);  // what has left may be all that the next one has waited for
  return sent;
}

void account::leave(time_point now, std::uint64_t sent_in) {
  gate_.leave(sent_in);
  admit_waiting(now);
}

void account::admit_waiting(time_point now) {
  if (gate_.goes_by_calendar() && (!first_tries_.empty() || !retries_at_gate_.empty())) gate_.read_calendar(now, loop_.wall_now());
  while (admit_next(now)) {}
  arm(now);
}

/// Of the oldest of both queues, the one that came first.
delivery::try_kind account::next_kind() const noexcept {
  if (retries_at_gate_.empty()) return delivery::try_kind::first;
  if (first_tries_.empty()) return delivery::try_kind::retry;
  return first_tries_.front().waits_as < retries_at_gate_.front().waits_as ? delivery::try_kind::first : delivery::try_kind::retry;
}

bool account::admit_next(time_point now) {
  if (first_tries_.empty() && retries_at_gate_.empty()) return false;
  if (next_kind() == delivery::try_kind::first) return admit_first_of(delivery::try_kind::first, now);
  if (admit_first_of(delivery::try_kind::retry, now)) return true;
  if (gate_.state(now, delivery::try_kind::retry) != delivery::gate_state::retry_budget) return false;
  if (!std::exchange(retries_at_gate_.front().over_budget, true)) ++metrics_.retries_held_back;
  return !first_tries_.empty() && admit_first_of(delivery::try_kind::first, now);
}

/// Those that come next have waited so long that they have left the processor's caches: a lane is asked for two turns ahead, its coroutine,
/// its first change and the bytes of that once they can be found without waiting.
void account::fetch_ahead(const line& from) {
  auto next = from.begin();
  if (next == from.end()) return;
  if (!next->queue.changes.empty()) prefetch(next->queue.changes.front().record.bytes.get(), next->queue.changes.front().record.size);
  if (++next == from.end()) return;
  fetch_coroutine(*next);
  if (!next->queue.changes.empty()) prefetch(part_of(next->queue.changes.front()));
  if (++next != from.end()) prefetch(part_of(*next));
}

bool account::admit_first_of(delivery::try_kind kind, time_point now) {
  const auto through = gate_.admit(now, kind);
  if (!through) return false;
  running_lane& next = line_of(kind).front();
  line_of(kind).pop_front();
  fetch_ahead(line_of(kind));
  next.admitted = through;
  next.signal.notify();
  return true;
}

delivery::gate_state account::state(time_point now) const {
  const delivery::gate_state of_next = gate_.state(now, next_kind());
  return of_next == delivery::gate_state::retry_budget && !first_tries_.empty() ? gate_.state(now) : of_next;
}

void account::forget_leaving() {
  const auto leaving = [](const running_lane& each) { return each.from->leaving; };
  first_tries_.remove_if(leaving);
  retries_at_gate_.remove_if(leaving);
  each_lane([](running_lane& lane) {
    if (lane.from && lane.from->leaving) lane.signal.notify();
  });
}

/// First tries pass retries that wait for their budget, so that the earliest of both times counts.
void account::arm(time_point now) {
  if (timer_) loop_.timers().cancel(*std::exchange(timer_, std::nullopt));
  std::optional<time_point> again;
  if (!first_tries_.empty()) again = gate_.ask_again_at(now);
  if (!retries_at_gate_.empty())
    if (const auto of_retry = gate_.ask_again_at(now, delivery::try_kind::retry); of_retry && (!again || *of_retry < *again))
      again = of_retry;
  if (!again) return;
  timer_ = loop_.timers().add(*again, [this] {
    timer_.reset();
    admit_waiting();
  });
}

void account::begin_pending(const delivery::change& taken) {
  ++pending_;
  pending_times_.add(taken.record.timestamp_ms);
}

void account::end_pending(const delivery::change& ended) {
  --pending_;
  pending_times_.remove(ended.record.timestamp_ms);
}

}  // namespace leadrelay::relay
