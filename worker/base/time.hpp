#pragma once

#include <chrono>
#include <cstdint>

namespace leadrelay {

using duration = std::chrono::nanoseconds;

/// A point of the loop's monotonic clock. Logic takes it as an argument and never reads the clock itself.
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// A point of the calendar, in milliseconds, as Kafka and RFC 3339 texts give it.
using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

}  // namespace leadrelay
