#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"

/// W3C Trace Context (https://www.w3.org/TR/trace-context/, Level 2 https://www.w3.org/TR/trace-context-2/), and the spans of a change.
namespace leadrelay::tracing {

/// 16 bytes, not all of them zero.
struct trace_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool operator==(const trace_id&) const = default;
};

/// 8 bytes; 0 is none.
using span_id = std::uint64_t;

inline constexpr std::uint8_t sampled_flag = 0x01;
/// At least the last seven bytes of the trace id are random (Level 2 section 2.2.2.2).
inline constexpr std::uint8_t random_flag = 0x02;

/// Where a request or a record stands in a trace.
struct trace_context {
  trace_id trace;
  span_id parent = 0;      ///< of what it carries
  std::uint8_t flags = 0;  ///< `sampled_flag` and `random_flag` alone
  std::string state;       ///< `tracestate` as it goes on; empty where there is none

  bool sampled() const noexcept { return (flags & sampled_flag) != 0; }
  bool operator==(const trace_context&) const = default;
};

/// `traceparent`, without `state`. Nothing where it is not valid: version `ff`, a version 00 that is not 55 characters long, a later one
/// that does not begin like it, an id of zeros, a digit that is not lower-case hexadecimal. Of a later version what is known of 00 is
/// taken; flags that Level 2 does not know are dropped, as it asks.
std::optional<trace_context> parse_traceparent(std::string_view text) noexcept;

/// `tracestate`, its fields in their order, as it goes on: members in theirs, without empty ones and without spaces around them, of one key
/// the first. An empty text where one of the members is not valid, or they are more than 32. Beyond 512 characters whole members are left
/// out, first those longer than 128, then the last (Level 1 section 3.3.1.5).
std::string read_tracestate(const std::vector<std::string_view>& fields);

/// What the headers of a record say: the last `traceparent`, and every `tracestate`; names compared without case.
std::optional<trace_context> read_trace_context(const std::vector<events::header>& headers);

/// `00-…-…-01`.
std::string to_traceparent(const trace_context& of);

/// Both as whole header lines, each ended by CR LF.
std::string to_header_lines(const trace_context& of);

/// Lower-case hexadecimal.
std::string to_string(const trace_id& id);
std::string to_string(span_id id);

}  // namespace leadrelay::tracing
