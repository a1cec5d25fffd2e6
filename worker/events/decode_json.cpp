#include "events/decode_json.hpp"

#include <memory>
#include <string>
#include <utility>

#include "base/base64.hpp"
#include "events/content_type.hpp"
#include "events/decode.hpp"
#include "events/envelope.hpp"
#include "events/repeated_key.hpp"

namespace leadrelay::events {
namespace {

problem invalid(std::string detail) { return {reason::invalid_event, std::move(detail)}; }

outcome<tree> parse_tree(std::string_view text) {
  tree parsed;
  auto document = json::parse(text, parsed.memory, &parsed.numbers);
  if (!document) return document.error();
  parsed.document = std::make_unique<json::document>(std::move(*document));
  return parsed;
}

bool is_cloud_event(const json::value& value) noexcept {
  return value.IsObject() && json::find(value, cloud_event_mark) && (json::find(value, "data") || json::find(value, "data_base64"));
}

/// CloudEvents JSON format 1.0, section 3.1.1: bytes that are not JSON themselves stand as Base64, their type in `datacontenttype`.
outcome<lead_change> read_base64(const json::value& cloud_event, const json::value& data) {
  if (!data.IsString()) return invalid("data_base64: is " + std::string(json::kind(data)) + ", expected a string");
  const auto bytes = decode_base64(json::text(data), base64_padding::optional);
  if (!bytes) return problem{reason::undecodable, "data_base64: is no Base64"};
  const json::value* type = json::find(cloud_event, "datacontenttype");
  if (type && type->IsString() && content_of(json::text(*type)) == content::protobuf) return decode_protobuf(*bytes);
  auto parsed = parse_tree(*bytes);
  if (!parsed) return parsed.error();
  const json::value& event = *parsed->document;
  return read_envelope(std::move(*parsed), event, "data_base64.");
}

outcome<lead_change> read_cloud_event(tree from) {
  const json::value& cloud_event = *from.document;
  if (const auto repeated = find_repeated_key_here(cloud_event)) return invalid(*repeated + ": stands twice, expected once");
  const json::value* version = json::find(cloud_event, cloud_event_mark);
  if (!version || !version->IsString()) return invalid("specversion: is missing or no string, expected the version of CloudEvents");
  const json::value* data = json::find(cloud_event, "data");
  const json::value* base64 = json::find(cloud_event, "data_base64");
  if (data && base64) return invalid("data: stands beside data_base64, expected one of them");
  if (data) return read_envelope(std::move(from), *data, "data.");
  if (base64) return read_base64(cloud_event, *base64);
  return invalid("data: is missing, expected the lead change");
}

}  // namespace

outcome<lead_change> decode_json(std::string_view text) {
  auto parsed = parse_tree(text);
  if (!parsed) return parsed.error();
  if (is_cloud_event(*parsed->document)) return read_cloud_event(std::move(*parsed));
  const json::value& event = *parsed->document;
  return read_envelope(std::move(*parsed), event, "");
}

outcome<lead_change> decode_cloud_event(std::string_view text) {
  auto parsed = parse_tree(text);
  if (!parsed) return parsed.error();
  if (!parsed->document->IsObject()) return invalid("the value: is " + std::string(json::kind(*parsed->document)) + ", expected an object");
  return read_cloud_event(std::move(*parsed));
}

}  // namespace leadrelay::events
