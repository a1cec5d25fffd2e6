#include "events/decode.hpp"

#include "base/json_glance.hpp"
#include "events/content_type.hpp"
#include "events/decode_json.hpp"

namespace leadrelay::events {

outcome<lead_change> decode(const record& from) {
  if (!from.value || from.value->empty()) return problem{reason::invalid_event, "the record has no value, expected a lead change"};
  switch (content_of(from.header_value("content-type").value_or(""))) {
    case content::protobuf: return decode_protobuf(*from.value);
    case content::cloud_event: return decode_cloud_event(*from.value);
    case content::json: break;
  }
  return decode_json(*from.value);
}

std::optional<std::string_view> glance(const record& from, std::string_view part) noexcept {
  if (content_of(from.header_value("content-type").value_or("")) != content::json) return std::nullopt;
  return json::glance(from.value.value_or(""), part, cloud_event_mark);
}

// An empty key places a record like none: librdkafka's default partitioner spreads both at random.
bool is_ordered_by_key(const record& from, order_by by) noexcept { return by == order_by::key && from.key && !from.key->empty(); }

std::string_view order_key(const record& from, const lead_change& change, order_by by) noexcept {
  if (is_ordered_by_key(from, by)) return *from.key;
  if (!change.lead.id.empty()) return change.lead.id;
  return !change.lead.email.empty() ? change.lead.email : change.lead.phone;
}

}  // namespace leadrelay::events
