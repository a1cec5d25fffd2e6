#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

struct lookup_failure {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string what;
};

struct beside_clients {
  rd_kafka_t* member = nullptr;   ///< of the group
  rd_kafka_t* watcher = nullptr;  ///< `role::watcher`
};

/// Finds the partitions beside these, what the group has committed for them, and where their logs begin and end. Asks for the whole
/// cluster's topics at once, as there may be many names of which few exist. A partition that cannot be asked, or whose topic nobody knows
/// though something is committed for it, has an unknown end: it holds up no other. Each request takes `limit` at most. Blocks.
std::optional<lookup_failure> find_beside(beside_clients clients, const topics_beside& names, std::chrono::milliseconds limit,
                                          std::vector<assigned_partition>& of);

}  // namespace leadrelay::kafka
