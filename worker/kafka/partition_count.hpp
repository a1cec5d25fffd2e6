#pragma once

#include <map>
#include <string>

#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// A topic's partitions as a broker knows them, or why it tells none; asking makes no topic.
struct topic_partitions {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  int count = 0;
};

/// Blocks for `limit_ms` at most.
topic_partitions ask_for_partitions(rd_kafka_t* client, const std::string& topic, int limit_ms);

/// All topics that a broker shows, with how many partitions each has.
struct shown_topics {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::map<std::string, int> partitions;
};

/// Blocks for `limit_ms` at most.
shown_topics ask_for_topics(rd_kafka_t* client, int limit_ms);

}  // namespace leadrelay::kafka
