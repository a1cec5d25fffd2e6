#pragma once

#include <optional>
#include <string_view>

#include "tracing/change_trace.hpp"

/// What spans say of the message and of the request, by OpenTelemetry's semantic conventions for messaging (Kafka) and for HTTP clients.
/// Left out on purpose: `url.full` and `messaging.kafka.message.key`, as they may name a lead.
namespace leadrelay::tracing {

/// The record as it first was.
struct message {
  std::string_view topic;
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::string_view group;
};

/// `process TOPIC`: the change's way through this worker, which ends now.
span process_span(const change_trace& of, const message& from, time_point at);

/// One try to get a request answered.
struct attempt {
  std::string_view method;
  std::string_view url_template;  ///< identifiers as `{id}`
  std::string_view server_address;
  std::uint16_t server_port = 0;
  int resend_count = 0;
  std::optional<unsigned> status{};
  std::string_view error;  ///< of transport; empty where an answer came
  std::string_view verdict;
  std::size_t changes = 1;  ///< that it carried
};

/// `PUT /leads/{id}`: `id` is what the provider was told as the parent id. `of` is the change whose request it was.
span attempt_span(const change_trace& of, span_id id, const attempt& what, time_point from, time_point to);

/// The writing of a change's dead letter.
struct dead_letter {
  std::string_view topic;
  std::string_view reason;
  bool acknowledged = false;  ///< false: given up, as the partition has gone to another worker or this one ends
};

/// `send TOPIC`, until the broker has acknowledged it.
span dead_letter_span(const change_trace& of, span_id id, const dead_letter& what, time_point from, time_point to);

}  // namespace leadrelay::tracing
