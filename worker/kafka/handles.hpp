#pragma once

#include <cstddef>
#include <memory>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// librdkafka's C handles with owners. Everything that was taken out of a client (queues, events, lists, topics) is destroyed before
/// the client itself: `rd_kafka_destroy` waits for ever for a reference that is left.
namespace leadrelay::kafka {

template <auto destroy>
struct destroys {
  template <class handle>
  void operator()(handle* owned) const noexcept {
    destroy(owned);
  }
};

using client_handle = std::unique_ptr<rd_kafka_t, destroys<rd_kafka_destroy>>;
using configuration_handle = std::unique_ptr<rd_kafka_conf_t, destroys<rd_kafka_conf_destroy>>;
using queue_handle = std::unique_ptr<rd_kafka_queue_t, destroys<rd_kafka_queue_destroy>>;
using event_handle = std::unique_ptr<rd_kafka_event_t, destroys<rd_kafka_event_destroy>>;
using partition_list_handle = std::unique_ptr<rd_kafka_topic_partition_list_t, destroys<rd_kafka_topic_partition_list_destroy>>;
using headers_handle = std::unique_ptr<rd_kafka_headers_t, destroys<rd_kafka_headers_destroy>>;
using topic_handle = std::unique_ptr<rd_kafka_topic_t, destroys<rd_kafka_topic_destroy>>;
using metadata_handle = std::unique_ptr<const rd_kafka_metadata_t, destroys<rd_kafka_metadata_destroy>>;
using topic_partition_handle = std::unique_ptr<rd_kafka_topic_partition_t, destroys<rd_kafka_topic_partition_destroy>>;
using error_handle = std::unique_ptr<rd_kafka_error_t, destroys<rd_kafka_error_destroy>>;
using group_metadata_handle = std::unique_ptr<rd_kafka_consumer_group_metadata_t, destroys<rd_kafka_consumer_group_metadata_destroy>>;
using new_topic_handle = std::unique_ptr<rd_kafka_NewTopic_t, destroys<rd_kafka_NewTopic_destroy>>;
using admin_options_handle = std::unique_ptr<rd_kafka_AdminOptions_t, destroys<rd_kafka_AdminOptions_destroy>>;
using mock_cluster_handle = std::unique_ptr<rd_kafka_mock_cluster_t, destroys<rd_kafka_mock_cluster_destroy>>;

/// librdkafka writes the reason of a refusal into a buffer of this many bytes.
inline constexpr std::size_t reason_bytes = 512;

}  // namespace leadrelay::kafka
