#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tracing/trace_context.hpp"

namespace leadrelay::tracing {

/// Names are OpenTelemetry's semantic conventions, or begin with `leadrelay.`; they are literals.
struct attribute {
  std::string_view name;
  std::variant<std::string, std::int64_t> value;

  bool operator==(const attribute&) const = default;
};

/// OpenTelemetry's `SpanKind`, by its numbers in OTLP.
enum class span_kind { internal = 1, client = 3, producer = 4, consumer = 5 };

/// What happened at one moment of a span.
struct span_event {
  std::string_view name;    ///< a literal
  std::uint64_t at_ns = 0;  ///< Unix time in nanoseconds
};

/// Another span that has to do with this one.
struct span_link {
  trace_id trace;
  span_id span = 0;
  std::uint8_t flags = 0;

  bool operator==(const span_link&) const = default;
};

/// One span, ended. What it says holds no credential, no id of a lead and no value of its fields.
struct span {
  trace_context within;           ///< its trace, its parent (0: it has none), its flags and state
  bool parent_is_remote = false;  ///< the parent is another process's
  span_id id = 0;
  std::string name;
  span_kind kind = span_kind::internal;
  std::uint64_t start_ns = 0;  ///< Unix time in nanoseconds
  std::uint64_t end_ns = 0;
  std::vector<attribute> attributes{};
  std::vector<span_event> events{};
  std::vector<span_link> links{};
  std::size_t dropped_events = 0;
  std::size_t dropped_links = 0;
  bool failed = false;  ///< its status is an error

  /// Beyond 128, OpenTelemetry's default limit, they are counted alone.
  void add_link(const span_link& to);
};

/// Takes the spans of one worker. Never waits, and drops where it has too many.
class span_sink {
 public:
  virtual ~span_sink() = default;
  virtual void take(span ended) = 0;
};

/// Which traces are recorded.
struct sampling {
  double ratio = 1;          ///< the share of those that nobody has decided on, 0 to 1
  bool parent_based = true;  ///< a record's trace is recorded where its `sampled` flag says so; otherwise the ratio decides of it too

  bool operator==(const sampling&) const = default;
};

/// Whether a trace is recorded: by its parent, or by whether the last 56 bits of its id are in the share, so that all who go by the same
/// ratio decide alike (OpenTelemetry, "TraceState: Probability Sampling").
bool is_sampled(const sampling& by, const std::optional<trace_context>& parent, const trace_id& id) noexcept;

}  // namespace leadrelay::tracing
