#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "config/sections.hpp"
#include "relay/ending.hpp"
#include "relay/relay.hpp"

// What is told of single events: to their providers the context of their traces, to the log their ids, and spans where the worker traces.
namespace leadrelay::relay {
namespace {

/// An event's id may be as long as its record.
constexpr std::size_t most_id_bytes = 128;

std::optional<std::string> id_of_span(const std::optional<tracing::trace_context>& context) {
  return context ? std::optional(tracing::to_string(context->parent)) : std::nullopt;
}

std::optional<std::string> id_of_trace(const std::optional<tracing::trace_context>& context) {
  return context ? std::optional(tracing::to_string(context->trace)) : std::nullopt;
}

bool is_recorded(const delivery::change& of) { return of.trace && of.trace->sampled(); }

}  // namespace

// --- Spans -----------------------------------------------------------------------------------------------------------------------------

void relay::begin_trace(delivery::change& taken) {
  if (!spans_) return;
  auto parent = taken.origin && !taken.origin->traceparent.empty() ? tracing::parse_traceparent(taken.origin->traceparent) : std::nullopt;
  if (auto told = context_of(taken)) {
    if (parent) told->parent = parent->parent;
    parent = std::move(told);
  }
  const tracing::trace_id made{ids_(), make_span_id()};
  const tracing::sampling& by = configuration_->tracing ? configuration_->tracing->sampling : tracing::sampling{};
  const tracing::change_trace::moment now{loop_.now(), loop_.wall_now()};
  taken.trace = std::make_unique<tracing::change_trace>(std::move(parent), made, make_span_id(), by, now);
}

void relay::name_trace(const delivery::change& taken, const events::lead_change& decoded, const account& of) {
  if (!is_recorded(taken)) return;
  taken.trace->event_id = truncate_utf8(decoded.id, most_id_bytes);
  taken.trace->account = of.name();
  taken.trace->provider = of.settings().plan.definition().name();
}

/// What the lane's first change waits for from now on.
void relay::enter_step(running_lane& lane, lane_step step) const {
  lane.step = step;
  const delivery::change& first = lane.queue.changes.front();
  if (is_recorded(first)) first.trace->begin_step(to_string(step), loop_.now());
}

void relay::end_wait(const delivery::change& of, time_point at) {
  if (is_recorded(of)) spans_->take(of.trace->end_wait(make_span_id(), at));
}

/// The span is the carrier's. The others are told of it, and it of them.
void relay::trace_attempt(const running_lane& lane, const load& what, const attempt& tried, int resend_count) {
  const auto& changes = lane.queue.changes;
  const delivery::change& carrier = changes[what.changes - 1];
  const tracing::span_id id = tried.context ? tried.context->parent : make_span_id();
  end_wait(changes.front(), tried.sent);
  if (what.changes > 1) end_wait(carrier, tried.sent);
  const time_point now = loop_.now();
  if (is_recorded(carrier)) {
    const request_place& to = lane.terms->place;
    tracing::attempt told{.method = what.request().method,
                          .url_template = to.url_template,
                          .server_address = to.server_address,
                          .server_port = to.server_port,
                          .resend_count = resend_count,
                          .status = tried.http_status,
                          .error = tried.error == delivery::transport_error::none ? std::string_view() : to_string(tried.error),
                          .verdict = to_string(tried.judged.is),
                          .changes = what.changes};
    tracing::span made = tracing::attempt_span(*carrier.trace, id, told, tried.sent, now);
    for (std::size_t index = 0; index + 1 < what.changes; ++index) made.add_link(changes[index].trace->link());
    spans_->take(std::move(made));
  }
  tracing::span_link to_it = carrier.trace->link();
  to_it.span = id;
  for (std::size_t index = 0; index + 1 < what.changes; ++index) changes[index].trace->add_link(to_it);
  for (const delivery::change* each : {&changes.front(), &carrier}) each->trace->resume(now);
}

/// What it waited for before `began` ends there.
void relay::trace_dead_letter(const delivery::change& doomed, const ending& end, time_point began, bool acknowledged) {
  if (!is_recorded(doomed)) return;
  if (doomed.trace->is_waiting()) end_wait(doomed, began);
  const tracing::dead_letter told{
      .topic = configuration_->topics.dead_letters, .reason = to_string(end.reason), .acknowledged = acknowledged};
  spans_->take(tracing::dead_letter_span(*doomed.trace, make_span_id(), told, began, loop_.now()));
}

void relay::trace_settled(const delivery::change& ended, const ending& end) {
  if (!is_recorded(ended)) return;
  ended.trace->outcome = end.is == ending::kind::dead_lettered ? "dead_lettered" : end.carried_by.empty() ? "delivered" : "merged";
  if (end.is == ending::kind::dead_lettered) ended.trace->reason = to_string(end.reason);
}

void relay::end_trace(const delivery::change& ended) {
  if (!is_recorded(ended)) return;
  const time_point now = loop_.now();
  if (ended.trace->is_waiting()) end_wait(ended, now);
  const std::string* group = config::find_kafka(*configuration_, "group.id");
  const tracing::message from{.topic = ended.origin ? std::string_view(ended.origin->topic) : *ended.record.topic,
                              .partition = ended.origin ? ended.origin->partition : ended.record.partition,
                              .offset = ended.origin ? ended.origin->offset : ended.record.offset,
                              .group = group ? std::string_view(*group) : std::string_view()};
  spans_->take(tracing::process_span(*ended.trace, from, now));
}

// --- Ids -------------------------------------------------------------------------------------------------------------------------------

std::optional<tracing::trace_context> relay::context_of(const delivery::change& of) {
  if (of.trace) return of.trace->context();
  return of.record.headers.empty() ? std::nullopt : tracing::read_trace_context(of.record.headers);
}

tracing::span_id relay::make_span_id() {
  for (;;)
    if (const tracing::span_id made = ids_(); made != 0) return made;
}

/// The request of several changes is that of the last of them.
std::optional<tracing::trace_context> relay::context_of_request(const running_lane& lane, const load& what) {
  auto out = context_of(lane.queue.changes[what.changes - 1]);
  if (out) out->parent = make_span_id();
  return out;
}

/// The account's header lines with the request's context; empty where it tells the provider none.
std::string relay::traced_headers(const account& of, const running_lane& lane, const attempt& tried) {
  if (!tried.context || !lane.terms->settings->passes_trace_context) return {};
  return of.headers() + tracing::to_header_lines(*tried.context);
}

std::string relay::event_id_in_log(const delivery::change& of) { return std::string(truncate_utf8(event_id_of(of), most_id_bytes)); }

std::optional<std::string> relay::trace_id_in_log(const delivery::change& of) { return id_of_trace(context_of(of)); }

/// A try that has left, or has got no connection.
void relay::tell_attempt(const account& of, const running_lane& lane, const load& what, const attempt& tried, int resend_count) {
  if (tried.held_back || (!tried.on_the_wire && tried.error == delivery::transport_error::stopped)) return;
  if (spans_) trace_attempt(lane, what, tried, resend_count);
  if (!log::is_written(log::level::debug)) return;
  const delivery::change& carrier = lane.queue.changes[what.changes - 1];
  const auto status = tried.http_status ? std::optional(std::to_string(*tried.http_status)) : std::nullopt;
  const auto error = tried.error != delivery::transport_error::none ? std::optional(std::string(to_string(tried.error))) : std::nullopt;
  log::debug("attempt", {{"account", of.name()},
                         {"event_id", event_id_in_log(carrier)},
                         {"trace_id", trace_id_in_log(carrier)},
                         {"span_id", id_of_span(tried.context)},
                         {"changes", what.changes},
                         {"verdict", to_string(tried.judged.is)},
                         {"http_status", status},
                         {"error", error}});
}

void relay::tell_delivered(const account& of, const delivery::change& ended, const ending& end) {
  if (!log::is_written(log::level::debug)) return;
  const auto carried_by = end.carried_by.empty() ? std::nullopt : std::optional(std::string(truncate_utf8(end.carried_by, most_id_bytes)));
  log::debug(
      "delivered",
      {{"account", of.name()}, {"event_id", event_id_in_log(ended)}, {"trace_id", trace_id_in_log(ended)}, {"carried_by", carried_by}});
}

void relay::tell_dead_letter(const account* of, const delivery::change& doomed, const ending& end) {
  if (!log::is_written(log::level::debug)) return;
  log::debug("dead letter", {{"reason", to_string(end.reason)},
                             {"topic", *doomed.record.topic},
                             {"partition", doomed.record.partition},
                             {"offset", doomed.record.offset},
                             {"account", of ? std::optional(of->name()) : std::nullopt},
                             {"event_id", of ? std::optional(event_id_in_log(doomed)) : std::nullopt},
                             {"trace_id", trace_id_in_log(doomed)}});
}

}  // namespace leadrelay::relay
