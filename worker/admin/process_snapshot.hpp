#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "otlp/exporter.hpp"
#include "relay/snapshot.hpp"

namespace leadrelay::admin {

class history;

/// What became of the configurations that it was given while it ran.
struct reload_counts {
  std::uint64_t applied = 0;
  std::uint64_t refused = 0;
  std::string refusal;     ///< why the last one was refused; empty where it was applied, and before the first
  wall_time last_success;  ///< when the one in use was taken
};

/// The whole process at one moment: its workers, one for each thread.
struct process_snapshot {
  std::string version;
  wall_time started;
  wall_time taken;
  time_point at{};  ///< the same moment by the steady clock
  std::vector<relay::relay_snapshot> workers;
  otlp::export_counts spans;  ///< of all workers
  reload_counts reloads;

  /// The workers' accounts added up, in the order of the configuration, those that were removed from it last; the state is that of the
  /// worst worker.
  std::vector<relay::account_snapshot> accounts() const;
  relay::worker_metrics counts() const;
  /// Empty when every worker is ready.
  std::string not_ready() const;
  /// What goes wrong now in any worker though it may be ready, a line each.
  std::string troubles() const;
};

/// Prometheus text exposition format 0.0.4, prefix `leadrelay_`. Labels are account, provider, reason, verdict, error, cause, topic
/// and partition: all bounded by the configuration or by closed lists.
std::string metrics_text(const process_snapshot& of);

/// The same for people and scripts, one JSON object, with what the last minute was like.
std::string status_json(const process_snapshot& of, const history& past);

}  // namespace leadrelay::admin
