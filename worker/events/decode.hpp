#pragma once

#include <optional>
#include <string_view>

#include "base/reason.hpp"
#include "events/lead_change.hpp"
#include "events/record.hpp"

namespace leadrelay::events {

/// Decodes a record's value: Protobuf (`leadrelay.v1.LeadChange`) where its `content-type` is `application/protobuf` or
/// `application/x-protobuf`, JSON otherwise; plain, or as the data of a CloudEvent: structured JSON mode where the `content-type` is
/// `application/cloudevents+json` or the JSON has `specversion` and `data` or `data_base64`; binary mode (`ce_*` headers) needs nothing,
/// as the value is then the data itself (CloudEvents 1.0, JSON format and Kafka binding). What a CloudEvent says beside its data is not
/// used.
///
/// Problems: `undecodable` for bytes that are no UTF-8, JSON or Protobuf, for lone surrogates and for nesting beyond 64 levels;
/// `invalid_event` for what decodes but is no event: no value, wrong types, missing or empty parts, a key that stands twice. Keys beside
/// the event's own are ignored. The detail names the place (`lead.id`), never a value.
///
/// JSON bounds neither the digits nor the exponent of a number (RFC 8259 section 6), and no number is refused or altered: the change
/// keeps the text of what neither 64 bits nor a double holds (`lead_change::numbers`), and that text is what is sent. Protobuf's numbers
/// are doubles, in `google.protobuf.Struct` too, so that what they cannot hold is lost before it comes here: such numbers belong in a text.
outcome<lead_change> decode(const record& from);

/// A text at the top of the event, found without decoding it, which takes far longer: what `decode` gives where it gives anything. Nothing
/// where only `decode` tells, as with CloudEvents, Protobuf and escapes.
std::optional<std::string_view> glance(const record& from, std::string_view part) noexcept;

/// The JSON part of `decode`, for texts that come from elsewhere than Kafka.
outcome<lead_change> decode_json(std::string_view text);

/// The Protobuf part of `decode`. Gives what the JSON form of the event gives: a field that is listed in `cleared` is null, `others`
/// stand beside the fields, a whole number is an integer. A field of `changes` that this version of the contract does not know comes as
/// a member named `#` and its number, so that it is an unmapped field and not lost.
outcome<lead_change> decode_protobuf(std::string_view bytes);

/// What order is kept by (the Contract's `order_by`).
enum class order_by { key, lead };

/// Whether a record's own key names its lane, not its lead.
bool is_ordered_by_key(const record& from, order_by by) noexcept;

/// The text that a change's lane is named by within its account: the record's key, or with `order_by: lead` and for records without
/// a key the lead's id, e-mail or phone, whichever comes first.
std::string_view order_key(const record& from, const lead_change& change, order_by by) noexcept;

}  // namespace leadrelay::events
