#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "relay/ending.hpp"
#include "relay/relay.hpp"

// The end of an event: its dead letter, its result, and what its partition knows of it.
namespace leadrelay::relay {

task<bool> relay::bury(account* of, delivery::change& doomed, const ending& end) {
  sink::dead_letter_context context;
  context.reason = end.reason;
  context.detail = end.detail;
  context.attempts = end.requests;
  context.first_attempt = end.first_attempt;
  context.last_attempt = end.last_attempt;
  if (end.http_status) context.http_status = static_cast<int>(*end.http_status);
  context.response = end.response;
  if (of) {
    context.account = of->name();
    context.provider = end.by->settings->plan.definition().name();
    doomed.buried_id = std::make_unique<const std::string>(event_id_of(doomed));
    context.event_id = *doomed.buried_id;
  }
  tell_dead_letter(of, doomed, end);
  const auto letter = std::make_shared<burial>(loop_.executor(), doomed.from);
  burials_.insert(letter);
  auto written = [letter] {
    letter->acknowledged = true;
    letter->ended.notify();
  };
  dead_letters_.write(take_record(doomed), std::move(context), written, [letter] { return !letter->of->given_up; });
  const time_point began = loop_.now();
  while (!letter->acknowledged && !letter->of->given_up && !burials_stopped_) co_await letter->ended.wait();
  burials_.erase(letter);
  trace_dead_letter(doomed, end, began, letter->acknowledged);
  co_return letter->acknowledged;
}

/// The whole record as it first was, for its dead letter; the change keeps what its settling needs.
events::record relay::take_record(delivery::change& doomed) {
  events::record whole = std::move(doomed.record);
  doomed.record = events::copy_record(whole.key, std::nullopt, {});
  doomed.record.topic = whole.topic;
  doomed.record.partition = whole.partition;
  doomed.record.offset = whole.offset;
  doomed.record.timestamp_ms = whole.timestamp_ms;
  if (!doomed.origin) return whole;
  whole.topic = std::make_shared<const std::string>(doomed.origin->topic);
  whole.partition = doomed.origin->partition;
  whole.offset = doomed.origin->offset;
  return whole;
}

/// They look again whether anybody still waits for their letters.
void relay::wake_burials() {
  for (const auto& each : burials_) each->ended.notify();
}

void relay::settle(account* of, const delivery::change& ended, const ending& end) {
  settle_offset(ended);
  trace_settled(ended, end);
  if (of && end.is == ending::kind::delivered) {
    count_delivered(of->metrics(), ended.record);
    tell_delivered(*of, ended, end);
  }
  if (results_) tell_result(of, ended, end);
  commit_soon(haste::within_interval);
}

/// The clocks of who has written the record and of this machine may differ.
void relay::count_delivered(account_metrics& in, const events::record& delivered) {
  ++in.delivered;
  if (delivered.timestamp_ms < 0) return;
  const wall_time written{std::chrono::milliseconds{delivered.timestamp_ms}};
  in.delivery_seconds.add(std::max(duration{}, std::chrono::duration_cast<duration>(loop_.wall_now() - written)));
}

void relay::settle_offset(const delivery::change& ended) {
  ended.from->offsets.settle(ended.record.offset);
  for (const auto& later : later_assignments(*ended.from)) {
    later->offsets.settle_former(ended.record.offset);
    wake_readers();
  }
}

/// What the group has given back meanwhile of a partition that was given up.
std::vector<std::shared_ptr<delivery::owned_partition>> relay::later_assignments(const delivery::owned_partition& of) const {
  std::vector<std::shared_ptr<delivery::owned_partition>> out;
  if (!of.given_up) return out;
  for (const partition_map* owners : {&partitions_, &former_})
    if (const auto again = owners->find(name_of(of)); again != owners->end() && again->second.get() != &of) out.push_back(again->second);
  return out;
}

void relay::tell_result(account* of, const delivery::change& ended, const ending& end) {
  sink::result result;
  const std::string id = of ? event_id_of(ended) : "";
  result.event_id = id;
  if (of) {
    result.account = of->name();
    result.provider = end.by->settings->plan.definition().name();
  }
  if (end.is == ending::kind::dead_lettered) {
    result.outcome = sink::ending::dead_lettered;
    result.reason = end.reason;
  }
  if (!end.carried_by.empty()) {
    result.outcome = sink::ending::merged;
    result.request = end.carried_by;
  }
  if (end.http_status) result.http_status = static_cast<int>(*end.http_status);
  result.attempts = end.requests;
  result.topic = ended.origin ? ended.origin->topic : *ended.record.topic;
  result.partition = ended.origin ? ended.origin->partition : ended.record.partition;
  result.offset = ended.origin ? ended.origin->offset : ended.record.offset;
  result.settled_at = loop_.wall_now();
  result.leads_updated = end.leads_updated;
  results_->write(ended.record.key, result);
}

}  // namespace leadrelay::relay
