#pragma once

#include <set>
#include <string>
#include <vector>

#include "kafka/failed_step.hpp"
#include "kafka/properties.hpp"
#include "kafka/work_limit.hpp"

namespace leadrelay::kafka {

/// Those of the topics, which are there, that the worker has no right to read: what is moved to them could not be read back, nor found out
/// whether it is there. Looks at the first partition of each; what does not answer within `longest` is taken for readable. For a thread
/// that may wait.
std::vector<failed_step> unreadable(const std::set<std::string>& topics, const properties& given, const work_limit& limit,
                                    duration longest = std::chrono::seconds{10});

}  // namespace leadrelay::kafka
