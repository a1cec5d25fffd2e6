#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "admin/process_snapshot.hpp"

namespace leadrelay::admin {
namespace {

using label = std::pair<std::string_view, std::string_view>;

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// One family after another, each with its HELP and TYPE once.
class exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = std::string("leadrelay_").append(name);
    out_.append("# HELP ").append(name_).append(" ").append(help).append("\n# TYPE ").append(name_).append(" ").append(type).append("\n");
  }

  void sample(std::initializer_list<label> labels, std::string_view value, std::string_view suffix = {}) {
    out_.append(name_).append(suffix);
    char before = '{';
    for (const auto& [key, text] : labels) {
      out_ += before;
      out_.append(key).append("=\"");
      append_escaped(text);
      out_ += '"';
      before = ',';
    }
    if (before == ',') out_ += '}';
    out_.append(" ").append(value).append("\n");
  }

  void sample(std::initializer_list<label> labels, std::uint64_t value) { sample(labels, std::to_string(value)); }

  std::string take() && { return std::move(out_); }

 private:
  void append_escaped(std::string_view text) {
    for (const char c : text) {
      if (c == '\\' || c == '"') out_ += '\\';
      if (c == '\n') {
        out_ += "\\n";
      } else {
        out_ += c;
      }
    }
  }

  std::string out_;
  std::string name_;
};

template <class Array, class Word>
void write_words(exposition& out, const relay::account_snapshot& account, const Array& counts, std::string_view key, Word word) {
  for (std::size_t index = 0; index < counts.size(); ++index)
    if (counts[index] > 0) out.sample({{"account", account.name}, {"provider", account.provider}, {key, word(index)}}, counts[index]);
}

void write_histogram(exposition& out, const relay::account_snapshot& account, const relay::histogram& seconds) {
  std::uint64_t running = 0;
  for (std::size_t bucket = 0; bucket < relay::histogram::bounds.size(); ++bucket) {
    running += seconds.counts()[bucket];
    const std::string bound = number(relay::histogram::bounds[bucket]);
    out.sample({{"account", account.name}, {"provider", account.provider}, {"le", bound}}, std::to_string(running), "_bucket");
  }
  out.sample({{"account", account.name}, {"provider", account.provider}, {"le", "+Inf"}}, std::to_string(seconds.count()), "_bucket");
  out.sample({{"account", account.name}, {"provider", account.provider}}, number(seconds.sum_seconds()), "_sum");
  out.sample({{"account", account.name}, {"provider", account.provider}}, std::to_string(seconds.count()), "_count");
}

using accounts = std::vector<relay::account_snapshot>;

template <class Value>
void write_family(exposition& out, const accounts& of, std::string_view name, std::string_view type, std::string_view help, Value value) {
  out.family(name, type, help);
  for (const relay::account_snapshot& account : of)
    out.sample({{"account", account.name}, {"provider", account.provider}}, std::uint64_t{value(account)});
}

void write_account_counters(exposition& out, const accounts& of) {
  write_family(out, of, "changes_taken_total", "counter", "Lead changes read from Kafka.", [](const auto& a) { return a.counts.taken; });
  write_family(out, of, "changes_delivered_total", "counter", "Lead changes that the provider has accepted.",
               [](const auto& a) { return a.counts.delivered; });
  write_family(out, of, "merged_total", "counter", "Lead changes that the provider has accepted with the request of a later one.",
               [](const auto& a) { return a.counts.merged; });
  write_family(out, of, "parkings_total", "counter", "Times that an account's changes began to be parked.",
               [](const auto& a) { return a.counts.parkings; });
  write_family(out, of, "parked_total", "counter", "Lead changes moved to their account's topic of parked changes.",
               [](const auto& a) { return a.counts.parked; });
  out.family("exchanges_total", "counter", "Requests tried, by what their answer or its absence meant.");
  for (const auto& a : of)
    write_words(out, a, a.counts.verdicts, "verdict", [](std::size_t i) { return to_string(static_cast<providers::verdict>(i)); });
  out.family("transport_errors_total", "counter", "Requests tried that brought no whole answer, by what went wrong.");
  for (const auto& a : of) {
    auto errors = a.counts.transport_errors;
    errors[0] = 0;  // `none` is no error
    write_words(out, a, errors, "error", [](std::size_t i) { return to_string(static_cast<delivery::transport_error>(i)); });
  }
  write_family(out, of, "several_leads_matched_total", "counter", "Deliveries for which the provider reports more than one lead updated.",
               [](const auto& a) { return a.counts.several_leads_matched; });
  write_family(out, of, "breaker_openings_total", "counter", "Times that the breaker has opened because the provider failed.",
               [](const auto& a) { return a.counts.breaker_openings; });
  write_family(out, of, "retries_held_back_total", "counter", "Retries that had to wait for the budget of retries.",
               [](const auto& a) { return a.counts.retries_held_back; });
  out.family("request_duration_seconds", "histogram", "From the request's first byte to the whole answer.");
  for (const auto& a : of) write_histogram(out, a, a.counts.request_seconds);
  out.family("delivery_duration_seconds", "histogram", "From the record's time in Kafka to the provider's acceptance.");
  for (const auto& a : of) write_histogram(out, a, a.counts.delivery_seconds);
}

/// Clocks of different machines: never below 0.
double age_seconds(wall_time since, wall_time now) { return std::max(0.0, std::chrono::duration<double>(now - since).count()); }

void write_account_gauges(exposition& out, const accounts& of, wall_time taken) {
  write_family(out, of, "changes_waiting", "gauge", "Lead changes taken and not settled, those in flight included.",
               [](const auto& a) { return a.waiting; });
  out.family("oldest_change_seconds", "gauge", "Age of the oldest lead change taken and not settled, since it was written to Kafka.");
  for (const auto& a : of)
    if (a.oldest) out.sample({{"account", a.name}, {"provider", a.provider}}, number(age_seconds(*a.oldest, taken)));
  write_family(out, of, "changes_parked", "gauge",
               "Lead changes in their account's topic of parked changes and on their way there, at most.",
               [](const auto& a) { return a.parked; });
  write_family(out, of, "parked_partitions", "gauge", "Source partitions of which the account's changes are parked.",
               [](const auto& a) { return a.parked_partitions; });
  write_family(out, of, "lanes", "gauge", "Leads with changes that are not settled.", [](const auto& a) { return a.lanes; });
  write_family(out, of, "requests_in_flight", "gauge", "Requests without an answer yet.", [](const auto& a) { return a.in_flight; });
  write_family(out, of, "account_concurrency", "gauge", "Requests that may be in flight now, as the worker has found out.",
               [](const auto& a) { return a.concurrency; });
  out.family("account_state", "gauge", "1 for what the account's requests wait for now, or that they flow; the worst of the workers.");
  for (const auto& a : of)
    for (std::size_t index = 0; index <= static_cast<std::size_t>(delivery::gate_state::credential_refused); ++index) {
      const auto state = static_cast<delivery::gate_state>(index);
      out.sample({{"account", a.name}, {"provider", a.provider}, {"state", to_string(state)}}, std::uint64_t{a.state == state});
    }
  write_family(out, of, "breaker_state", "gauge", "0 while the breaker is closed, 1 half-open, 2 open: the provider fails.",
               [](const auto& a) { return static_cast<std::uint64_t>(a.breaker); });
  write_family(out, of, "connections_open", "gauge", "Connections that its requests may take, idle ones included; accounts may share them.",
               [](const auto& a) { return a.connections; });
  write_family(out, of, "credential_refused", "gauge", "1 while the provider refuses the account's credential.",
               [](const auto& a) { return std::uint64_t{a.state == delivery::gate_state::credential_refused}; });
  write_family(out, of, "credential_unreadable", "gauge",
               "1 while the account's secret cannot be read anew and the former one stays in use.",
               [](const auto& a) { return std::uint64_t{a.credential_unreadable}; });
}

void write_dead_letters(exposition& out, const process_snapshot& of, const accounts& all) {
  out.family("dead_letters_total", "counter",
             "Changes that will not be delivered, by reason; without an account where none could be told.");
  const relay::worker_metrics counts = of.counts();
  for (std::size_t index = 0; index < counts.dead_letters.size(); ++index)
    if (counts.dead_letters[index] > 0)
      out.sample({{"account", ""}, {"provider", ""}, {"reason", to_string(static_cast<reason>(index))}}, counts.dead_letters[index]);
  for (const auto& a : all)
    write_words(out, a, a.counts.dead_letters, "reason", [](std::size_t i) { return to_string(static_cast<reason>(i)); });
}

void write_worker_counters(exposition& out, const process_snapshot& of) {
  const relay::worker_metrics counts = of.counts();
  const auto single = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    out.family(name, "counter", help);
    out.sample({}, value);
  };
  single("records_total", "Records read from Kafka.", counts.records);
  single("record_bytes_total", "Bytes of the keys, values and headers of records read.", counts.record_bytes);
  single("commits_total", "Commits sent to the group's coordinator.", counts.commits);
  single("commit_errors_total", "Commits that the coordinator refused or did not answer.", counts.commit_errors);
  single("assignments_total", "Assignments received from the group.", counts.assignments);
  single("revocations_total", "Revocations received from the group.", counts.revocations);
  single("dead_letter_write_failures_total", "Attempts to write a dead letter that failed; each is followed by another.",
         counts.dead_letter_failures);
  single("partition_stalls_total", "Partitions found without progress for a minute though they had work.", counts.stalls);
  single("kafka_errors_total", "Errors that the Kafka client reported.", counts.kafka_errors);
}

void write_spans(exposition& out, const otlp::export_counts& counts) {
  out.family("spans_exported_total", "counter", "Spans that the receiver has accepted.");
  out.sample({}, counts.exported);
  out.family("spans_dropped_total", "counter", "Spans that are not exported, by why.");
  for (std::size_t index = 0; index < counts.dropped.size(); ++index)
    out.sample({{"cause", to_string(static_cast<otlp::drop_reason>(index))}}, counts.dropped[index]);
  out.family("span_export_failures_total", "counter", "Requests with spans that the receiver has not accepted.");
  out.sample({}, counts.failures);
  out.family("spans_queued", "gauge", "Spans that wait for their export.");
  out.sample({}, counts.queued);
}

void write_reloads(exposition& out, const reload_counts& of) {
  out.family("configuration_last_reload_successful", "gauge", "0 while the configuration that was read last is refused.");
  out.sample({}, std::uint64_t{of.refusal.empty()});
  out.family("configuration_last_reload_success_timestamp_seconds", "gauge", "When the configuration in use was taken, in Unix time.");
  out.sample({}, number(std::chrono::duration<double>(of.last_success.time_since_epoch()).count()));
  out.family("configuration_reloads_total", "counter", "Configurations read while the worker ran, by what became of them.");
  out.sample({{"result", "applied"}}, of.applied);
  out.sample({{"result", "refused"}}, of.refused);
}

void write_process_gauges(exposition& out, const process_snapshot& of) {
  std::uint64_t held = 0;
  std::uint64_t budget = 0;
  std::uint64_t paused = 0;
  std::uint64_t unwritten = 0;
  for (const relay::relay_snapshot& worker : of.workers) {
    held += worker.held_bytes;
    budget += worker.budget_bytes;
    paused += worker.paused ? 1 : 0;
    unwritten += worker.dead_letters_unwritten;
  }
  const auto single = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    out.family(name, "gauge", help);
    out.sample({}, value);
  };
  single("ready", "1 while every worker is a member of its group and not draining.", of.not_ready().empty() ? 1 : 0);
  single("workers", "Workers of the process, each a member of the group.", of.workers.size());
  single("held_bytes", "Bytes of events held: waiting, in flight and retrying.", held);
  single("budget_bytes", "Bytes of events that may be held.", budget);
  single("workers_paused", "Workers that have paused their partitions at the budget.", paused);
  single("dead_letters_unwritten", "Dead letters that the broker has not acknowledged yet.", unwritten);
  out.family("build_info", "gauge", "1, with the program's version.");
  out.sample({{"version", of.version}}, std::uint64_t{1});
}

void write_partitions(exposition& out, const process_snapshot& of) {
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    out.family(name, "gauge", help);
    for (const relay::relay_snapshot& worker : of.workers)
      for (const relay::partition_snapshot& p : worker.partitions)
        out.sample({{"topic", p.topic}, {"partition", std::to_string(p.partition)}}, std::to_string(value(p)));
  };
  each("partition_committed_offset", "The next offset to read after a restart, -1 before the first commit.",
       [](const auto& p) { return p.committed; });
  out.family("partition_lag", "gauge", "Records of the partition that are not committed, as far as the last fetch has told of its end.");
  for (const relay::relay_snapshot& worker : of.workers)
    for (const relay::partition_snapshot& p : worker.partitions)
      if (const auto lag = p.lag()) out.sample({{"topic", p.topic}, {"partition", std::to_string(p.partition)}}, *lag);
  each("partition_outstanding", "Records of the partition taken and not settled.", [](const auto& p) { return p.outstanding; });
  each("partition_paused", "1 while nothing of the partition is taken in: the memory budget or its offset map is full.",
       [](const auto& p) { return int{p.paused}; });
  each("partition_stalled", "1 while the partition makes no progress though it has work.", [](const auto& p) { return int{p.stalled}; });
}

}  // namespace

std::string metrics_text(const process_snapshot& of) {
  exposition out;
  const accounts all = of.accounts();
  write_account_counters(out, all);
  write_account_gauges(out, all, of.taken);
  write_dead_letters(out, of, all);
  write_worker_counters(out, of);
  write_spans(out, of.spans);
  write_reloads(out, of.reloads);
  write_process_gauges(out, of);
  write_partitions(out, of);
  return std::move(out).take();
}

}  // namespace leadrelay::admin
