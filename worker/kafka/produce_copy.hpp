#pragma once

#include "kafka/handles.hpp"
#include "kafka/producer.hpp"

namespace leadrelay::kafka {

/// Gives a copy of the record to a producing client; its delivery report carries `opaque`. The error where it is not taken.
error_handle produce_copy(rd_kafka_t* client, const outgoing_record& record, void* opaque);

}  // namespace leadrelay::kafka
