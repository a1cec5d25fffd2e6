#include "kafka/mock_cluster.hpp"

#include <array>

namespace leadrelay::kafka {
namespace {

constexpr int all_brokers = -1;

}  // namespace

made<mock_cluster> mock_cluster::start(int brokers) {
  configuration_handle configuration(rd_kafka_conf_new());
  std::array<char, reason_bytes> reason{};
  // The client that the brokers live in has no broker of its own and says so in its log, which nobody reads.
  rd_kafka_conf_set(configuration.get(), "log.queue", "true", reason.data(), reason.size());
  client_handle client(rd_kafka_new(RD_KAFKA_PRODUCER, configuration.get(), reason.data(), reason.size()));
  if (!client) return refusal{reason.data()};
  static_cast<void>(configuration.release());
  mock_cluster_handle cluster(rd_kafka_mock_cluster_new(client.get(), brokers));
  if (!cluster) return refusal{"the mock cluster does not start"};
  return mock_cluster(std::move(client), std::move(cluster));
}

std::string mock_cluster::bootstrap_servers() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }

std::string mock_cluster::create_topic(const std::string& name, int partitions) {
  const rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(cluster_.get(), name.c_str(), partitions, 1);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::string() : rd_kafka_err2str(error);
}

void mock_cluster::inject_errors(std::int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_.get(), api_key, errors.size(), errors.data());
}

void mock_cluster::clear_errors(std::int16_t api_key) { rd_kafka_mock_clear_request_errors(cluster_.get(), api_key); }

void mock_cluster::down() { rd_kafka_mock_broker_set_down(cluster_.get(), all_brokers); }

void mock_cluster::up() { rd_kafka_mock_broker_set_up(cluster_.get(), all_brokers); }

void mock_cluster::delay(int round_trip_ms) { rd_kafka_mock_broker_set_rtt(cluster_.get(), all_brokers, round_trip_ms); }

}  // namespace leadrelay::kafka
