#include "events/decode.hpp"

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

std::string_view order_key(const record& from, const lead_change& change, order_by by) noexcept {
  // An empty key places a record like none: librdkafka's default partitioner spreads both at random.
  if (by == order_by::key && from.key && !from.key->empty()) return *from.key;
  if (!change.lead.id.empty()) return change.lead.id;
  return !change.lead.email.empty() ? change.lead.email : change.lead.phone;
}

}  // namespace leadrelay::events
