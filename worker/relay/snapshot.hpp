#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "delivery/gate.hpp"
#include "relay/metrics.hpp"

namespace leadrelay::relay {

/// One account as it stands in one worker.
struct account_snapshot {
  std::string name;
  std::string provider;
  delivery::gate_state state = delivery::gate_state::flowing;
  std::string reason;                   ///< of the state, and what else is wrong with the account; empty where nothing is
  std::optional<wall_time> since{};     ///< when what `reason` tells of began, where that is known
  bool removed = false;                 ///< from the configuration: what was taken of it before is delivered
  bool credential_unreadable = false;   ///< the secret cannot be read anew, the former one stays in use
  std::uint64_t waiting = 0;            ///< changes taken and not settled, those in flight included
  std::optional<wall_time> oldest{};    ///< when the oldest of these was written to Kafka, to the second
  std::uint64_t parked = 0;             ///< changes in its topic of parked changes and on their way there; more at most
  std::uint64_t parked_unread = 0;      ///< of these, those that are there alone; the others are among `waiting` too
  std::uint64_t parked_partitions = 0;  ///< source partitions of which they are parked now
  std::uint64_t lanes = 0;
  std::uint64_t in_flight = 0;    ///< requests
  std::uint64_t concurrency = 0;  ///< requests that may be in flight now
  delivery::breaker_state breaker = delivery::breaker_state::closed;
  std::uint64_t connections = 0;  ///< open ones, idle and in use, of all accounts that share them
  account_metrics counts;

  /// Changes that are not settled, wherever they wait; more at most.
  std::uint64_t backlog() const noexcept { return waiting + parked_unread; }
};

struct partition_snapshot {
  std::string topic;
  std::int32_t partition = -1;
  std::int64_t committed = -1;    ///< the next offset to read as the broker has acknowledged it, -1 before
  std::int64_t settled = -1;      ///< the next offset that may be committed
  std::uint64_t outstanding = 0;  ///< records taken and not settled
  bool paused = false;            ///< nothing of it is taken in now
  bool stalled = false;           ///< makes no progress though it has work
  bool catching_up = false;       ///< not read yet as far as its former owner had started requests
  bool of_parked = false;         ///< of a topic of parked changes
  std::int64_t begin = -1;        ///< the first offset that the log holds, as the last fetch has told; -1 before
  std::int64_t end = -1;          ///< one beyond its last, likewise: where it is paused, that is as long ago

  /// Records that are not committed yet, where the log's end is known.
  std::optional<std::uint64_t> lag() const noexcept;
};

/// One worker as it stands.
struct relay_snapshot {
  std::vector<account_snapshot> accounts;
  std::vector<partition_snapshot> partitions;
  worker_metrics counts;
  std::uint64_t held_bytes = 0;
  std::uint64_t budget_bytes = 0;
  bool paused = false;
  bool draining = false;
  std::string not_ready;  ///< empty when ready
  std::string last_error;
  std::vector<std::string> troubles;  ///< that stand now: the broker away, commits or dead letters failing
  std::uint64_t dead_letters_unwritten = 0;
};

}  // namespace leadrelay::relay
