#include "relay/relay.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "relay/prepared.hpp"

namespace leadrelay::relay {
namespace {

/// How long the last results may take though the grace is over.
constexpr duration last_results_time = std::chrono::milliseconds{200};

/// The client repeats what still is in the way more often than that.
constexpr duration trouble_stands = std::chrono::minutes{1};

/// A refused credential is the account's state between its probes too.
void tell_credential(account& of, account_snapshot& to) {
  const account::credential_trouble& trouble = of.trouble();
  if (of.gate().credential_refused()) to.state = delivery::gate_state::credential_refused;
  to.reason = trouble.refused;
  to.since = trouble.since;
  to.credential_unreadable = !trouble.unreadable.empty();
  if (to.credential_unreadable)
    to.reason += (to.reason.empty() ? "" : "; ") + ("the credential cannot be read anew: " + trouble.unreadable);
}

void tell_breaker(const account& of, account_snapshot& to) {
  if (to.state == delivery::gate_state::breaker_open && to.reason.empty()) to.reason = "the provider fails: " + of.failure();
}

partition_snapshot snapshot_of(const kafka::topic_partition& name, const delivery::owned_partition& of, const kafka::log_bounds& log) {
  return {.topic = name.topic,
          .partition = name.partition,
          .committed = of.offsets.last_acknowledged(),
          .settled = of.offsets.committable().value_or(-1),
          .outstanding = of.offsets.outstanding(),
          .paused = of.paused,
          .stalled = of.watch.stalled(),
          .catching_up = of.offsets.has_started_ahead(),
          .of_parked = of.parked,
          .begin = log.begin,
          .end = log.end};
}

}  // namespace

std::optional<std::uint64_t> partition_snapshot::lag() const noexcept {
  const std::int64_t next = committed >= 0 ? committed : begin;
  if (end < 0 || next < 0) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(end - next, 0));
}

relay::relay(relay_parts parts)
    : loop_(parts.on),
      configuration_(std::move(parts.configuration)),
      consumer_(parts.consumer),
      mover_(parts.mover),
      reader_(parts.reader),
      spans_(parts.spans),
      dead_letters_(parts.on, parts.producer, configuration_->topics.dead_letters),
      pools_(parts.on, std::move(parts.connectors)),
      first_concurrency_(parts.first_concurrency),
      budget_(parts.memory),
      given_enough_ahead_(parts.enough_ahead),
      random_(parts.random_seed),
      writer_(static_cast<std::uint32_t>(random_()) | 1u),
      ids_(~parts.random_seed),
      secret_watch_(parts.on, std::move(parts.files)) {
  if (configuration_->topics.results) results_.emplace(loop_, parts.producer, *configuration_->topics.results);
}

relay::~relay() {
  for (auto* timer : {&watch_timer_, &commit_timer_, &renewal_timer_})
    if (*timer) loop_.timers().cancel(**timer);
}

outcome<void> relay::start() {
  auto ready = make_ready(configuration_);
  if (!ready) return ready.error();
  take(**ready);
  if (reader_) reader_->start(*this);
  consumer_.start(*this);
  return {};
}

task<void> relay::drain(duration grace) {
  draining_ = true;
  grace_ = grace;
  tell_progress();
  log::info("draining", {{"grace_s", std::chrono::duration<double>(grace).count()}});
  const time_point deadline = loop_.now() + grace;
  co_await consumer_.close(grace);
  // What the group had given was settled and committed while it was taken back; what outlived the grace ends here.
  for (const auto& [name, partition] : partitions_) partition->leaving = true;
  for (const auto& [name, log] : logs_) drop_waiting(*log);
  abandon_waiting();
  abandon_requests();
  if (reader_) reader_->close(std::max(deadline - loop_.now(), duration{}));
  if (mover_) mover_->close(std::max(deadline - loop_.now(), duration{}));
  if (!moving_.empty()) on_moved({.error = "the worker ends"});
  std::function<bool()> all_ended = [this] { return running_ == 0; };
  co_await until(all_ended, deadline);
  burials_stopped_ = true;
  dead_letters_.stop();
  wake_burials();
  if (results_) co_await results_->flush(std::max(deadline - loop_.now(), last_results_time));
  if (results_) results_->stop();
  co_await until(all_ended, time_point::max());
}

std::optional<std::string> relay::not_ready() const {
  if (draining_) return "draining";
  if (!assigned_once_) return last_error_.empty() ? "not yet a member of the group" : "not yet a member of the group: " + last_error_;
  return std::nullopt;
}

relay_snapshot relay::snapshot() {
  relay_snapshot out;
  const time_point now = loop_.now();
  for (const auto& each : accounts_) {
    account_snapshot& a = out.accounts.emplace_back();
    a.name = each->name();
    a.removed = each->is_removed();
    a.provider = each->settings().plan.definition().name();
    a.state = each->state(now);
    tell_credential(*each, a);
    tell_breaker(*each, a);
    a.waiting = each->pending();
    a.oldest = each->oldest_pending();
    each->each_partition([&](const account_partition& one) {
      if (!one.parked) return;
      ++a.parked_partitions;
      const auto unread = static_cast<std::uint64_t>(std::max<std::int64_t>(one.end - one.next_to_read, 0));
      a.parked += one.to_move.size() + one.log->offsets.outstanding() + unread;
      a.parked_unread += unread;
    });
    a.lanes = each->lane_count();
    a.in_flight = static_cast<std::uint64_t>(each->gate().in_flight());
    a.concurrency = static_cast<std::uint64_t>(each->gate().limit());
    a.breaker = each->gate().breaker_now(now);
    a.connections = each->pool().idle() + each->pool().leased();
    a.counts = each->metrics();
    a.counts.breaker_openings = each->gate().breaker_openings();
  }
  for (const auto& [name, partition] : partitions_) out.partitions.push_back(snapshot_of(name, *partition, consumer_.known_bounds(name)));
  out.counts = metrics_;
  out.held_bytes = budget_.held();
  out.budget_bytes = budget_.most();
  out.paused = paused_;
  out.draining = draining_;
  out.not_ready = not_ready().value_or("");
  out.last_error = last_error_;
  if (!kafka_trouble_.empty() && now - kafka_trouble_at_ < trouble_stands) out.troubles.push_back("kafka: " + kafka_trouble_);
  if (!commit_trouble_.empty()) out.troubles.push_back("commits fail: " + commit_trouble_);
  if (!dead_letters_.trouble().empty()) out.troubles.push_back("dead letters cannot be written: " + dead_letters_.trouble());
  if (!move_trouble_.empty()) out.troubles.push_back("changes cannot be parked: " + move_trouble_);
  for (const std::string& each : parking_problems_) out.troubles.push_back("parking: " + each);
  out.dead_letters_unwritten = dead_letters_.unwritten();
  out.counts.dead_letter_failures = dead_letters_.failures();
  return out;
}

}  // namespace leadrelay::relay
