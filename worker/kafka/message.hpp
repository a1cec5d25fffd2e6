#pragma once

#include <memory>
#include <string>

#include "events/record.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// The message's bytes, copied, so that librdkafka's fetch buffer is free. `topic` is its topic's name, shared.
events::record copy_message(const rd_kafka_message_t& message, std::shared_ptr<const std::string> topic);

}  // namespace leadrelay::kafka
