#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "kafka/beside_lookup.hpp"
#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// Asks the broker what is committed for partitions and how many partitions the subscribed topics have, and the same of partitions that are
/// kept beside them. librdkafka only has calls that block for it, so a thread of its own makes them, again and again until they succeed or
/// it is told to stop; what it finds comes to the loop.
class committed_lookup {
 public:
  struct request {
    std::vector<topic_partition> partitions;
    std::set<std::string> topics;   ///< all that are subscribed
    topics_beside beside = {};      ///< nothing is asked of these where there are none
    rd_kafka_t* watcher = nullptr;  ///< asks where the logs of these end
  };
  struct outcomes {
    std::function<void(std::vector<assigned_partition>)> found;
    std::function<void(rd_kafka_resp_err_t, std::string)> failed;  ///< once an attempt; the lookup goes on
    std::function<void()> stopped;
  };

  /// Starts. One of `found` and `stopped` is called from the loop in the end, unless this is destroyed before.
  committed_lookup(loop& on, rd_kafka_t* client, request what, outcomes tell);
  /// Stops, and waits for the call under way, at most `longest_attempt`.
  ~committed_lookup();

  /// Makes no further attempt. The one under way ends within `longest_attempt`.
  void stop();

  static constexpr std::chrono::milliseconds longest_attempt{5000};

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
  std::thread thread_;
};

}  // namespace leadrelay::kafka
