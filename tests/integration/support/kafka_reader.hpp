#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/kafka_record.hpp"

namespace leadrelay::integration {

/// Every record of the topic that is there at the time of the call, from the beginning, each partition in order. Throws after `within`.
std::vector<kafka_record> read_topic(const std::string& bootstrap, const std::string& topic,
                                     std::chrono::milliseconds within = std::chrono::seconds{60});

}  // namespace leadrelay::integration
