#pragma once

#include "kafka/handles.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

/// The member and the generation of the group that a consumer's client is at now, which a transaction's offsets are fenced by (KIP-447).
/// Refused where it is no member or has lost its assignment: a broker takes a transaction's offsets from nobody in particular unfenced.
/// Called on the thread that answers the client's rebalances: no generation begins meanwhile that this thread has not agreed to.
made<group_metadata_handle> membership_of(rd_kafka_t* consumer);

}  // namespace leadrelay::kafka
