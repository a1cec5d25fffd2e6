#pragma once

#include "base/reason.hpp"
#include "events/lead_change.hpp"
#include "events/record.hpp"

namespace leadrelay::events {

/// Decodes a record's value: Protobuf (`leadrelay.v1.LeadChange`) where its `content-type` says `application/protobuf`, JSON otherwise;
/// plain, or as the data of a CloudEvent (structured JSON mode where the JSON has `specversion` and `data`; binary mode, `ce_*` headers,
/// needs nothing, as the value is then the data itself).
///
/// Problems: `undecodable` for bytes that are no UTF-8, JSON or Protobuf, for lone surrogates and for nesting beyond 64 levels;
/// `invalid_event` for what decodes but is no event: no value, wrong types, missing or empty parts. Keys beside the event's own are ignored.
outcome<lead_change> decode(const record& from);

/// The JSON part of `decode`, for texts that come from elsewhere than Kafka.
outcome<lead_change> decode_json(std::string_view text);

/// The Protobuf part of `decode`.
outcome<lead_change> decode_protobuf(std::string_view bytes);

/// What order is kept by (the Contract's `order_by`).
enum class order_by { key, lead };

/// The text that a change's lane is named by within its account: the record's key, or with `order_by: lead` and for records without
/// a key the lead's id, e-mail or phone, whichever comes first.
std::string_view order_key(const record& from, const lead_change& change, order_by by) noexcept;

}  // namespace leadrelay::events
