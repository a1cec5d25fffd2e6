#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "events/record.hpp"
#include "kafka/mover.hpp"

namespace leadrelay::sink {

/// The record that keeps a change in its account's topic of parked changes: the original's key, value and headers, and, in four headers
/// `leadrelay.parked.*`, where it came from. `topic` is its index among those of the move.
kafka::moved_record make_parked_record(const events::record& from, std::size_t topic, std::int32_t partition,
                                       std::string_view traceparent = {});

/// Reads back where a parked record came from, and takes these headers off; its time is the original's again. Nothing where the record was
/// not parked by a worker.
std::optional<events::origin> take_origin(events::record& from);

}  // namespace leadrelay::sink
