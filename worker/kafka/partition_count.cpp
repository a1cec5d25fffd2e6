#include "kafka/partition_count.hpp"

namespace leadrelay::kafka {

topic_partitions ask_for_partitions(rd_kafka_t* client, const std::string& topic, int limit_ms) {
  const topic_handle handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (!handle) return {rd_kafka_last_error(), 0};
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, handle.get(), &raw, limit_ms);
  const metadata_handle metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return {error, 0};
  if (metadata->topic_cnt != 1) return {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, 0};
  return {metadata->topics[0].err, metadata->topics[0].partition_cnt};
}

shown_topics ask_for_topics(rd_kafka_t* client, int limit_ms) {
  const rd_kafka_metadata_t* raw = nullptr;
  shown_topics out{rd_kafka_metadata(client, 1, nullptr, &raw, limit_ms), {}};
  const metadata_handle metadata(raw);
  if (out.error != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
  for (int at = 0; at < metadata->topic_cnt; ++at) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[at];
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) out.partitions[topic.topic] = topic.partition_cnt;
  }
  return out;
}

}  // namespace leadrelay::kafka
