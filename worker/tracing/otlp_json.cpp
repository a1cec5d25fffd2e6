#include "tracing/otlp_json.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace leadrelay::tracing {
namespace {

/// `SpanFlags` beside the eight of the trace context: whether it is known that the parent is remote, and whether it is.
constexpr unsigned has_is_remote = 0x100;
constexpr unsigned is_remote = 0x200;

constexpr int status_error = 2;

constexpr std::size_t most_message_bytes = 200;

class request_writer {
 public:
  std::string write(const resource& of, std::span<const span> spans) {
    out_.StartObject();
    array("resourceSpans");
    out_.StartObject();
    object("resource");
    attributes(of);
    out_.EndObject();
    array("scopeSpans");
    out_.StartObject();
    object("scope");
    text("name", "leadrelay");
    text("version", version);
    out_.EndObject();
    array("spans");
    for (const span& each : spans) write(each);
    out_.EndArray();
    out_.EndObject();
    out_.EndArray();
    out_.EndObject();
    out_.EndArray();
    out_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  void key(std::string_view name) { out_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void object(std::string_view name) {
    key(name);
    out_.StartObject();
  }
  void array(std::string_view name) {
    key(name);
    out_.StartArray();
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    out_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void number(std::string_view name, unsigned value) {
    key(name);
    out_.Uint(value);
  }

  void attributes(const std::vector<attribute>& all) {
    array("attributes");
    for (const attribute& each : all) {
      out_.StartObject();
      text("key", each.name);
      object("value");
      if (const auto* string = std::get_if<std::string>(&each.value)) text("stringValue", *string);
      if (const auto* integer = std::get_if<std::int64_t>(&each.value)) text("intValue", std::to_string(*integer));
      out_.EndObject();
      out_.EndObject();
    }
    out_.EndArray();
  }

  void write(const span& of) {
    out_.StartObject();
    text("traceId", to_string(of.within.trace));
    text("spanId", to_string(of.id));
    if (of.within.parent != 0) text("parentSpanId", to_string(of.within.parent));
    if (!of.within.state.empty()) text("traceState", of.within.state);
    number("flags", of.within.flags | has_is_remote | (of.parent_is_remote ? is_remote : 0));
    text("name", of.name);
    number("kind", static_cast<unsigned>(of.kind));
    text("startTimeUnixNano", std::to_string(of.start_ns));
    text("endTimeUnixNano", std::to_string(of.end_ns));
    attributes(of.attributes);
    if (!of.events.empty()) events(of);
    if (!of.links.empty()) links(of);
    if (of.failed) {
      object("status");
      number("code", status_error);
      out_.EndObject();
    }
    out_.EndObject();
  }

  void events(const span& of) {
    array("events");
    for (const span_event& each : of.events) {
      out_.StartObject();
      text("timeUnixNano", std::to_string(each.at_ns));
      text("name", each.name);
      out_.EndObject();
    }
    out_.EndArray();
    if (of.dropped_events > 0) number("droppedEventsCount", static_cast<unsigned>(of.dropped_events));
  }

  void links(const span& of) {
    array("links");
    for (const span_link& each : of.links) {
      out_.StartObject();
      text("traceId", to_string(each.trace));
      text("spanId", to_string(each.span));
      number("flags", each.flags | has_is_remote);
      out_.EndObject();
    }
    out_.EndArray();
    if (of.dropped_links > 0) number("droppedLinksCount", static_cast<unsigned>(of.dropped_links));
  }

  json::buffer buffer_;
  json::writer out_{buffer_};
};

/// An int64, as a number or as a text.
std::int64_t read_integer(const json::value& from) {
  if (from.IsInt64()) return from.GetInt64();
  std::int64_t out = 0;
  if (from.IsString()) std::from_chars(from.GetString(), from.GetString() + from.GetStringLength(), out);
  return out;
}

}  // namespace

std::string to_otlp_json(const resource& of, std::span<const span> spans) { return request_writer().write(of, spans); }

partial_success read_otlp_answer(std::string_view body) {
  partial_success out;
  if (body.empty()) return out;
  const auto read = json::parse(body);
  const json::value* partial = read && read->IsObject() ? json::find(*read, "partialSuccess") : nullptr;
  if (!partial || !partial->IsObject()) return out;
  if (const json::value* rejected = json::find(*partial, "rejectedSpans"))
    out.rejected = std::max<std::int64_t>(read_integer(*rejected), 0);
  if (const json::value* message = json::find(*partial, "errorMessage"); message && message->IsString())
    out.message = printable(json::text(*message), most_message_bytes);
  return out;
}

}  // namespace leadrelay::tracing
