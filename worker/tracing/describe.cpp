#include "tracing/describe.hpp"

#include <utility>

namespace leadrelay::tracing {
namespace {

void add(span& to, std::string_view name, std::string_view text) {
  if (!text.empty()) to.attributes.push_back({name, std::string(text)});
}

void add(span& to, std::string_view name, std::int64_t number) { to.attributes.push_back({name, number}); }

constexpr unsigned first_error_status = 400;

/// A part of what was done for the change, somewhere else.
span client_span(const change_trace& of, span_id id, std::string name, time_point from, time_point to) {
  span out;
  out.within = of.context();
  out.id = id;
  out.kind = span_kind::client;
  out.name = std::move(name);
  out.start_ns = of.unix_ns(from);
  out.end_ns = of.unix_ns(to);
  return out;
}

}  // namespace

span process_span(const change_trace& of, const message& from, time_point at) {
  span out = of.end(at);
  out.name = "process " + std::string(from.topic);
  add(out, "messaging.system", "kafka");
  add(out, "messaging.operation.name", "process");
  add(out, "messaging.operation.type", "process");
  add(out, "messaging.destination.name", from.topic);
  add(out, "messaging.destination.partition.id", std::to_string(from.partition));
  add(out, "messaging.kafka.offset", from.offset);
  add(out, "messaging.consumer.group.name", from.group);
  add(out, "messaging.message.id", of.event_id);
  add(out, "leadrelay.account", of.account);
  add(out, "leadrelay.provider", of.provider);
  add(out, "leadrelay.outcome", of.outcome);
  add(out, "error.type", of.reason);
  out.failed = !of.reason.empty();
  return out;
}

span attempt_span(const change_trace& of, span_id id, const attempt& what, time_point from, time_point to) {
  span out = client_span(of, id, std::string(what.method) + " " + std::string(what.url_template), from, to);
  add(out, "http.request.method", what.method);
  add(out, "url.template", what.url_template);
  add(out, "server.address", what.server_address);
  add(out, "server.port", std::int64_t{what.server_port});
  add(out, "network.protocol.version", "1.1");
  if (what.resend_count > 0) add(out, "http.request.resend_count", std::int64_t{what.resend_count});
  if (what.status) add(out, "http.response.status_code", std::int64_t{*what.status});
  out.failed = !what.error.empty() || (what.status && *what.status >= first_error_status);
  if (out.failed) add(out, "error.type", what.error.empty() ? std::to_string(*what.status) : std::string(what.error));
  add(out, "leadrelay.account", of.account);
  add(out, "leadrelay.provider", of.provider);
  add(out, "leadrelay.verdict", what.verdict);
  if (what.changes > 1) add(out, "leadrelay.changes", static_cast<std::int64_t>(what.changes));
  return out;
}

/// Its kind is that of a client, as the letter keeps the trace context of its event and does not carry this one's.
span dead_letter_span(const change_trace& of, span_id id, const dead_letter& what, time_point from, time_point to) {
  span out = client_span(of, id, "send " + std::string(what.topic), from, to);
  add(out, "messaging.system", "kafka");
  add(out, "messaging.operation.name", "send");
  add(out, "messaging.operation.type", "send");
  add(out, "messaging.destination.name", what.topic);
  add(out, "leadrelay.account", of.account);
  add(out, "leadrelay.provider", of.provider);
  add(out, "leadrelay.reason", what.reason);
  out.failed = !what.acknowledged;
  if (out.failed) add(out, "error.type", "abandoned");
  return out;
}

}  // namespace leadrelay::tracing
