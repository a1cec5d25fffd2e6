#pragma once

#include <cstdint>
#include <optional>

#include "kafka/consumer.hpp"
#include "kafka/properties.hpp"
#include "kafka/work_limit.hpp"

namespace leadrelay::kafka {

/// Whether the record of a transaction that has been acknowledged at this offset can be read by those who read only what is committed:
/// waits until the partition's last stable offset is beyond it, so that the answer holds for ever. For a thread that may wait; nothing
/// where `limit` is over before, or no client can be made.
std::optional<bool> is_visible(const topic_partition& partition, std::int64_t offset, const properties& given, const work_limit& limit);

}  // namespace leadrelay::kafka
