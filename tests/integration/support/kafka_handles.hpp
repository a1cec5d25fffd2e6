#pragma once

#include <map>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>

/// librdkafka's handles, owned.
namespace leadrelay::integration {

struct kafka_deleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_DeleteRecords_t* records) const { rd_kafka_DeleteRecords_destroy(records); }
  void operator()(rd_kafka_DeleteTopic_t* topic) const { rd_kafka_DeleteTopic_destroy(topic); }
  void operator()(rd_kafka_AclBinding_t* right) const { rd_kafka_AclBinding_destroy(right); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};

template <class T>
using kafka_owned = std::unique_ptr<T, kafka_deleter>;

/// A client handle; throws where a property is refused.
kafka_owned<rd_kafka_t> make_kafka(rd_kafka_type_t type, const std::map<std::string, std::string>& properties);

/// Throws with librdkafka's text unless `code` says all is well.
void expect_kafka(rd_kafka_resp_err_t code, const std::string& what);

/// A list of the partitions 0 to `partitions` - 1 of a topic.
kafka_owned<rd_kafka_topic_partition_list_t> partition_list(const std::string& topic, int partitions);

}  // namespace leadrelay::integration
