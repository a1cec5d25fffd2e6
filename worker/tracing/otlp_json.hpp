#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tracing/span.hpp"

namespace leadrelay::tracing {

/// Who the spans are of: OpenTelemetry's `Resource`.
using resource = std::vector<attribute>;

/// An `ExportTraceServiceRequest` in OTLP's JSON encoding (OpenTelemetry Protocol 1.x, "JSON Protobuf Encoding"): ids in hexadecimal,
/// 64-bit integers as texts, enums as numbers.
std::string to_otlp_json(const resource& of, std::span<const span> spans);

/// How many spans of a request its answer says were refused, and why.
struct partial_success {
  std::int64_t rejected = 0;
  std::string message;  ///< cut, on one line
};

/// Reads an `ExportTraceServiceResponse`; what cannot be read refuses nothing.
partial_success read_otlp_answer(std::string_view body);

}  // namespace leadrelay::tracing
