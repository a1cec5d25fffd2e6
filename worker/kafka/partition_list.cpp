#include "kafka/partition_list.hpp"

#include <cstdlib>
#include <cstring>
#include <span>

namespace leadrelay::kafka {
namespace {

/// librdkafka frees the metadata with the list, by `free`.
void set_metadata(rd_kafka_topic_partition_t& of, const std::string& text) {
  of.metadata = std::malloc(text.size() + 1);
  if (!of.metadata) return;
  std::memcpy(of.metadata, text.c_str(), text.size() + 1);
  of.metadata_size = text.size();
}

std::span<const rd_kafka_topic_partition_t> elements(const rd_kafka_topic_partition_list_t* list) {
  if (!list) return {};
  return {list->elems, static_cast<std::size_t>(list->cnt)};
}

}  // namespace

partition_list_handle make_list(const std::vector<topic_partition>& partitions) {
  partition_list_handle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const topic_partition& partition : partitions)
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  return list;
}

partition_list_handle make_list(const std::vector<offset_to_commit>& offsets) {
  partition_list_handle list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const offset_to_commit& offset : offsets) {
    auto* const added = rd_kafka_topic_partition_list_add(list.get(), offset.partition.topic.c_str(), offset.partition.partition);
    added->offset = offset.next;
    if (!offset.metadata.empty()) set_metadata(*added, offset.metadata);
  }
  return list;
}

partition_list_handle copy_list(const rd_kafka_topic_partition_list_t* list) {
  return partition_list_handle(list ? rd_kafka_topic_partition_list_copy(list) : rd_kafka_topic_partition_list_new(0));
}

std::vector<topic_partition> partitions_of(const rd_kafka_topic_partition_list_t* list) {
  std::vector<topic_partition> partitions;
  for (const auto& element : elements(list)) partitions.push_back({element.topic, element.partition});
  return partitions;
}

std::string errors_of(const rd_kafka_topic_partition_list_t* list) {
  std::string text;
  for (const auto& element : elements(list)) {
    if (element.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (!text.empty()) text += "; ";
    text += std::string(element.topic) + " [" + std::to_string(element.partition) + "]: " + rd_kafka_err2str(element.err);
  }
  return text;
}

}  // namespace leadrelay::kafka
