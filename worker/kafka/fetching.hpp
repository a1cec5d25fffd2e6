#pragma once

#include <set>
#include <vector>

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"
#include "kafka/properties.hpp"

namespace leadrelay::kafka {

/// A thread of librdkafka's that has found all its partitions' queues full, or paused, sleeps for up to a second, whatever is taken from
/// them or resumed meanwhile. This wakes the threads of a consuming client, and changes nothing. `given`: what it was made with.
void wake_fetching(rd_kafka_t* client, const properties& given);

/// Those of the partitions that are among the paused ones go on, at once, and are not among them any more.
void resume_fetching(rd_kafka_t* client, const properties& given, std::set<topic_partition>& paused,
                     const std::vector<topic_partition>& partitions);

}  // namespace leadrelay::kafka
