#pragma once

#include <functional>

#include "base/time.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// Destroys a client, after `before` has returned, within `limit`: librdkafka waits for its threads, and one of them may be resolving a
/// name. What takes longer is left to end on a thread of its own. A consumer does not leave its group any more.
void tear_down(client_handle client, std::function<void(rd_kafka_t*)> before, duration limit);

}  // namespace leadrelay::kafka
