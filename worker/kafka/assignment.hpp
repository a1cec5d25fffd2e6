#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/consumer.hpp"

namespace leadrelay::kafka {

/// The partitions that a consumer holds, quick to ask for each record, and its topics' names, each kept once for all its records.
class assignment {
 public:
  void add(const std::vector<topic_partition>& partitions);
  void remove(const std::vector<topic_partition>& partitions);

  bool empty() const noexcept { return held_.empty(); }
  const std::set<topic_partition>& held() const noexcept { return held_; }
  bool contains(const topic_partition& partition) const { return held_.contains(partition); }

  /// The topic's name to share, where the partition is held; null otherwise.
  std::shared_ptr<const std::string> topic_if_held(std::string_view topic, std::int32_t partition);

 private:
  struct topic {
    std::shared_ptr<const std::string> name;
    std::vector<bool> held;  ///< by partition
  };
  topic* find(std::string_view name);

  std::set<topic_partition> held_;
  std::vector<topic> topics_;
  std::size_t last_found_ = 0;  ///< records come in runs of one topic
};

}  // namespace leadrelay::kafka
