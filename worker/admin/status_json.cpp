#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "admin/history.hpp"
#include "admin/process_snapshot.hpp"
#include "base/date_time.hpp"
#include "base/json.hpp"

namespace leadrelay::admin {
namespace {

void text(json::writer& out, std::string_view value) { out.String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }

void member(json::writer& out, std::string_view name, std::string_view value) {
  text(out, name);
  text(out, value);
}

void member(json::writer& out, std::string_view name, std::uint64_t value) {
  text(out, name);
  out.Uint64(value);
}

template <class Array, class Word>
void counts(json::writer& out, std::string_view name, const Array& values, Word word) {
  text(out, name);
  out.StartObject();
  for (std::size_t index = 0; index < values.size(); ++index)
    if (values[index] > 0) member(out, word(index), values[index]);
  out.EndObject();
}

void quantiles(json::writer& out, std::string_view name, const relay::histogram& of) {
  text(out, name);
  out.StartObject();
  text(out, "p50");
  out.Double(of.quantile(0.5));
  text(out, "p99");
  out.Double(of.quantile(0.99));
  out.EndObject();
}

std::string_view reason_word(std::size_t index) { return to_string(static_cast<reason>(index)); }
std::string_view verdict_word(std::size_t index) { return to_string(static_cast<providers::verdict>(index)); }
std::string_view error_word(std::size_t index) { return to_string(static_cast<delivery::transport_error>(index)); }

/// The last minute or so of an account.
void write_recent(json::writer& out, const recent_numbers& of) {
  text(out, "recent");
  out.StartObject();
  text(out, "seconds");
  out.Double(of.seconds);
  member(out, "requests", of.requests);
  member(out, "delivered", of.delivered);
  quantiles(out, "request_seconds", of.request_seconds);
  quantiles(out, "delivery_seconds", of.delivery_seconds);
  out.EndObject();
}

void write_account(json::writer& out, const relay::account_snapshot& account, const recent_numbers& recent) {
  out.StartObject();
  member(out, "account", account.name);
  member(out, "provider", account.provider);
  member(out, "state", to_string(account.state));
  if (!account.reason.empty()) member(out, "reason", account.reason);
  if (account.since) member(out, "since", format_date_time(*account.since));
  if (account.removed) {
    text(out, "removed");
    out.Bool(true);
  }
  member(out, "waiting", account.waiting);
  if (account.oldest) member(out, "oldest", format_date_time(*account.oldest));
  member(out, "parked", account.parked);
  member(out, "parked_unread", account.parked_unread);
  member(out, "parked_partitions", account.parked_partitions);
  member(out, "lanes", account.lanes);
  member(out, "in_flight", account.in_flight);
  member(out, "concurrency", account.concurrency);
  member(out, "breaker", to_string(account.breaker));
  member(out, "connections", account.connections);
  member(out, "taken", account.counts.taken);
  member(out, "delivered", account.counts.delivered);
  member(out, "merged", account.counts.merged);
  member(out, "parkings", account.counts.parkings);
  member(out, "breaker_openings", account.counts.breaker_openings);
  member(out, "retries_held_back", account.counts.retries_held_back);
  counts(out, "dead_letters", account.counts.dead_letters, reason_word);
  counts(out, "verdicts", account.counts.verdicts, verdict_word);
  auto errors = account.counts.transport_errors;
  errors[0] = 0;  // `none` is no error
  counts(out, "transport_errors", errors, error_word);
  quantiles(out, "request_seconds", account.counts.request_seconds);
  quantiles(out, "delivery_seconds", account.counts.delivery_seconds);
  write_recent(out, recent);
  out.EndObject();
}

void write_partition(json::writer& out, const relay::partition_snapshot& partition) {
  out.StartObject();
  member(out, "topic", partition.topic);
  text(out, "partition");
  out.Int(partition.partition);
  text(out, "committed");
  out.Int64(partition.committed);
  text(out, "settled");
  out.Int64(partition.settled);
  member(out, "outstanding", partition.outstanding);
  text(out, "paused");
  out.Bool(partition.paused);
  text(out, "stalled");
  out.Bool(partition.stalled);
  text(out, "catching_up");
  out.Bool(partition.catching_up);
  text(out, "of_parked");
  out.Bool(partition.of_parked);
  if (const auto lag = partition.lag()) member(out, "lag", *lag);
  out.EndObject();
}

void write_worker(json::writer& out, const relay::relay_snapshot& worker) {
  out.StartObject();
  member(out, "state", worker.draining ? "draining" : worker.not_ready.empty() ? "ready" : "not ready");
  member(out, "not_ready", worker.not_ready);
  member(out, "last_error", worker.last_error);
  text(out, "troubles");
  out.StartArray();
  for (const std::string& trouble : worker.troubles) text(out, trouble);
  out.EndArray();
  member(out, "dead_letters_unwritten", worker.dead_letters_unwritten);
  member(out, "held_bytes", worker.held_bytes);
  member(out, "budget_bytes", worker.budget_bytes);
  text(out, "paused");
  out.Bool(worker.paused);
  text(out, "partitions");
  out.StartArray();
  for (const relay::partition_snapshot& partition : worker.partitions) write_partition(out, partition);
  out.EndArray();
  out.EndObject();
}

/// A worker without partitions has no share of any limit, and nothing that would wait for one.
delivery::gate_state state_in(const relay::relay_snapshot& worker, const relay::account_snapshot& of) {
  return worker.partitions.empty() && of.state == delivery::gate_state::limited ? delivery::gate_state::flowing : of.state;
}

/// The state of the worst worker with its reason; since when the first of those has it.
void tell_worst(const relay::account_snapshot& from, delivery::gate_state state, relay::account_snapshot& to) {
  to.credential_unreadable |= from.credential_unreadable;
  const bool worse = state > to.state || (state == to.state && to.reason.empty());
  const bool earlier = state == to.state && from.since && (!to.since || *from.since < *to.since);
  if (worse) to.reason = from.reason;
  if (worse || earlier) to.since = from.since;
  to.state = std::max(to.state, state);
}

void add(const relay::relay_snapshot& worker, const relay::account_snapshot& from, relay::account_snapshot& to) {
  to.name = from.name;
  to.provider = from.provider;
  to.removed |= from.removed;
  tell_worst(from, state_in(worker, from), to);
  to.waiting += from.waiting;
  if (from.oldest) to.oldest = std::min(to.oldest.value_or(*from.oldest), *from.oldest);
  to.parked += from.parked;
  to.parked_unread += from.parked_unread;
  to.parked_partitions += from.parked_partitions;
  to.lanes += from.lanes;
  to.in_flight += from.in_flight;
  to.concurrency += from.concurrency;
  to.breaker = std::max(to.breaker, from.breaker);
  to.connections += from.connections;
  to.counts.add(from.counts);
}

void write_reloads(json::writer& out, const reload_counts& of) {
  text(out, "configuration");
  out.StartObject();
  member(out, "since", format_date_time(of.last_success));
  member(out, "reloads", of.applied);
  member(out, "refused", of.refused);
  if (!of.refusal.empty()) member(out, "refusal", of.refusal);
  out.EndObject();
}

}  // namespace

std::vector<relay::account_snapshot> process_snapshot::accounts() const {
  std::vector<relay::account_snapshot> out;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const relay::relay_snapshot& worker : workers) {
    out.reserve(out.size() + worker.accounts.size());
    for (const relay::account_snapshot& from : worker.accounts) {
      const auto [place, is_new] = places.try_emplace(from.name, out.size());
      if (is_new) out.emplace_back();
      add(worker, from, out[place->second]);
    }
  }
  return out;
}

relay::worker_metrics process_snapshot::counts() const {
  relay::worker_metrics out;
  for (const relay::relay_snapshot& worker : workers) out.add(worker.counts);
  return out;
}

std::string process_snapshot::not_ready() const {
  for (const relay::relay_snapshot& worker : workers)
    if (!worker.not_ready.empty()) return worker.not_ready;
  return {};
}

std::string process_snapshot::troubles() const {
  std::string out;
  for (const relay::relay_snapshot& worker : workers)
    for (const std::string& trouble : worker.troubles)
      if (out.find(trouble) == std::string::npos) out += trouble + "\n";
  if (!reloads.refusal.empty()) out += "configuration refused: " + reloads.refusal + "\n";
  return out;
}

std::string status_json(const process_snapshot& of, const history& past) {
  json::buffer buffer;
  json::writer out(buffer);
  const relay::worker_metrics counted = of.counts();
  out.StartObject();
  member(out, "version", of.version);
  member(out, "started", format_date_time(of.started));
  member(out, "now", format_date_time(of.taken));
  text(out, "ready");
  out.Bool(of.not_ready().empty());
  write_reloads(out, of.reloads);
  member(out, "records", counted.records);
  member(out, "commits", counted.commits);
  member(out, "commit_errors", counted.commit_errors);
  counts(out, "dead_letters_without_account", counted.dead_letters, reason_word);
  text(out, "accounts");
  out.StartArray();
  const std::vector<relay::account_snapshot> accounts = of.accounts();
  for (const relay::account_snapshot& each : accounts) write_account(out, each, past.recent(each, of.at));
  out.EndArray();
  text(out, "workers");
  out.StartArray();
  for (const relay::relay_snapshot& worker : of.workers) write_worker(out, worker);
  out.EndArray();
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace leadrelay::admin
