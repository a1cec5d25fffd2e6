#pragma once

#include <optional>

#include "base/time.hpp"
#include "delivery/transport_error.hpp"

namespace leadrelay::otlp {

/// What came of one request to the receiver.
struct export_answer {
  delivery::transport_error error = delivery::transport_error::none;
  unsigned status = 0;                    ///< where an answer came
  std::optional<duration> retry_after{};  ///< as it asks
};

enum class export_step {
  accepted,
  refused,    ///< for good: repeating it would not help
  try_again,  ///< at `export_decision::at`
  give_up,    ///< it has been tried for a minute
};

struct export_decision {
  export_step step = export_step::accepted;
  time_point at{};  ///< before this no request leaves
};

/// How long one batch is tried, from its first request on.
inline constexpr duration longest_export = std::chrono::minutes{1};

/// What follows (OpenTelemetry Protocol, "OTLP/HTTP Response"): 429, 502, 503 and 504 and a request without an answer go again, after
/// `Retry-After` where it is told (at most five minutes, and so long no other request leaves), otherwise after 1 s, doubling up to 30 s,
/// less up to a half by chance; other failures never. `failures` counts those before this one; `random` is uniform in [0, 1).
export_decision decide(const export_answer& came, int failures, time_point began, time_point now, double random);

}  // namespace leadrelay::otlp
