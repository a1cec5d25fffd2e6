#pragma once

#include <string>
#include <vector>

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

partition_list_handle make_list(const std::vector<topic_partition>& partitions);

/// With the offset and its metadata each.
partition_list_handle make_list(const std::vector<offset_to_commit>& offsets);

partition_list_handle copy_list(const rd_kafka_topic_partition_list_t* list);

std::vector<topic_partition> partitions_of(const rd_kafka_topic_partition_list_t* list);

/// `topic [partition]: reason` for the partitions that have one, separated by `; `; empty where none has.
std::string errors_of(const rd_kafka_topic_partition_list_t* list);

}  // namespace leadrelay::kafka
