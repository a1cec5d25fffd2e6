#pragma once

#include <string_view>

#include "base/reason.hpp"
#include "events/lead_change.hpp"

namespace leadrelay::events {

/// The key that makes a JSON object a CloudEvent, beside its data (CloudEvents 1.0, JSON format).
inline constexpr std::string_view cloud_event_mark = "specversion";

/// Decodes a JSON text that is said to be a CloudEvent in structured mode; one that is none is `invalid_event`.
outcome<lead_change> decode_cloud_event(std::string_view text);

}  // namespace leadrelay::events
