#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kafka/handles.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

/// A Kafka cluster inside the process, on the loopback: librdkafka's mock brokers, for the demo and for quick tests. It keeps about
/// 5 MB of records a partition, in memory, and forgets all of it when destroyed.
class mock_cluster {
 public:
  /// Starts with `brokers` brokers, on ports of the system's choice.
  static made<mock_cluster> start(int brokers = 1);

  mock_cluster(mock_cluster&&) = default;
  mock_cluster& operator=(mock_cluster&&) = delete;

  /// For `bootstrap.servers`.
  std::string bootstrap_servers() const;

  /// The reason where it fails, else empty.
  std::string create_topic(const std::string& name, int partitions);

  /// The next requests of that kind, one each, are answered with these errors; `RD_KAFKA_RESP_ERR__TRANSPORT` disconnects.
  /// `api_key` is the Kafka protocol's number of the request: 0 Produce, 1 Fetch, 3 Metadata, 8 OffsetCommit, 9 OffsetFetch.
  void inject_errors(std::int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors);

  /// Forgets the injected errors that no request has taken yet.
  void clear_errors(std::int16_t api_key);

  /// Disconnects all, and refuses connections until `up`.
  void down();
  void up();

  /// Answers come this much later, in milliseconds.
  void delay(int round_trip_ms);

 private:
  mock_cluster(client_handle client, mock_cluster_handle cluster) : client_(std::move(client)), cluster_(std::move(cluster)) {}

  client_handle client_;
  mock_cluster_handle cluster_;  ///< destroyed first
};

}  // namespace leadrelay::kafka
