#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace leadrelay::sandbox {

/// When something happens, on both clocks: limits and arrivals are reckoned on the monotonic one, texts on the calendar.
struct moment {
  time_point steady;
  wall_time wall;
};

/// What of an HTTP request the sandbox looks at. Views into the connection's buffers; an absent header is empty.
struct request {
  std::string_view method;
  std::string_view target;
  std::string_view api_key;        ///< `x-api-key`
  std::string_view authorization;  ///< `Authorization`
  std::string_view content_type;
  std::string_view body;
};

inline constexpr std::string_view plain_json = "application/json";
inline constexpr std::string_view problem_json = "application/problem+json";

/// What the server does in answer to a request.
struct planned_answer {
  enum class kind {
    whole,      ///< an HTTP answer: head, `body`, then `filler` spaces
    truncated,  ///< as `whole`, but the connection ends half-way through the body
    raw,        ///< `body` is sent as it is, without a head, and the connection is closed
    reset,      ///< the connection is reset (RST) without a byte
    hang,       ///< nothing is ever sent; the client ends it
  };

  kind how = kind::whole;
  int status = 200;
  std::string_view content_type = plain_json;
  std::string headers;  ///< further header lines, each ended by CR LF
  std::string body;
  std::size_t filler = 0;  ///< bytes of padding after the body, counted in Content-Length
  duration delay{};        ///< before the first byte
  duration slow_body{};    ///< the time over which the body is dribbled
  /// Not 0 where the answer takes time: `sandbox_state::finish` must be told when the last byte is about to leave or the client has gone.
  std::uint64_t token = 0;
};

}  // namespace leadrelay::sandbox
