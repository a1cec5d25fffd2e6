#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/kafka_handles.hpp"

namespace leadrelay::integration {

struct committed_offset {
  std::int64_t next = -1;  ///< -1 where nothing is committed
  std::string metadata;
};

/// Topics and groups of a broker. Every call throws where the broker refuses or does not answer within 30 s.
class kafka_admin {
 public:
  explicit kafka_admin(const std::string& bootstrap);

  /// Returns when the topic can be used.
  void create_topic(const std::string& name, int partitions, const std::map<std::string, std::string>& settings = {});
  void delete_topic(const std::string& name);
  bool topic_exists(const std::string& name) { return partition_count(name) > 0; }
  /// 0 where there is no such topic.
  int partition_count(const std::string& name);

  /// Takes everybody's right to read the topic; all else stays allowed.
  void deny_reading(const std::string& topic);

  /// Deletes the partition's records before the offset.
  void delete_records(const std::string& topic, std::int32_t partition, std::int64_t before);

  /// The offset after the last record of every partition, those of transactions included that readers do not see yet: a commit is acknowledged
  /// before they do.
  std::vector<std::int64_t> end_offsets(const std::string& topic);
  /// Whether anybody has ever joined the group, as far as its coordinator remembers.
  bool group_exists(const std::string& group);
  /// What the group has committed for every partition.
  std::vector<committed_offset> committed(const std::string& group, const std::string& topic);
  /// Records that the group has not committed yet, of all partitions.
  std::int64_t lag(const std::string& group, const std::string& topic);

 private:
  std::string bootstrap_;
  kafka_owned<rd_kafka_t> client_;
  std::map<std::string, kafka_owned<rd_kafka_t>> groups_;
};

}  // namespace leadrelay::integration
