#pragma once

#include "kafka/handles.hpp"
#include "kafka/properties.hpp"

namespace leadrelay::kafka {

/// A thread of librdkafka's that has found all its partitions' queues full, or paused, sleeps for up to a second, whatever is taken from
/// them or resumed meanwhile. This wakes the threads of a consuming client, and changes nothing. `given`: what it was made with.
void wake_fetching(rd_kafka_t* client, const properties& given);

}  // namespace leadrelay::kafka
