#pragma once

#include <string_view>
#include <utility>

#include "accounts.hpp"
#include "events/decode.hpp"
#include "events/record.hpp"
#include "fuzz_support.hpp"
#include "requests.hpp"

namespace leadrelay::fuzz {

/// Decodes a record's value and builds the request of the account `number` of it. The record ends before the change is used: what the
/// change points at must be its own.
inline void decode_and_build(std::string_view value, std::string_view content_type, std::size_t number) {
  auto decoded = [&] {
    std::vector<events::header> headers;
    if (!content_type.empty()) headers.push_back({"content-type", content_type});
    const events::record record = events::copy_record(std::nullopt, value, headers);
    auto out = events::decode(record);
    const auto account = events::glance(record, "account");
    const auto id = events::glance(record, "id");
    expect(!out || !account || *account == out->account, "an account at a glance is the event's");
    expect(!out || !id || *id == out->id, "an id at a glance is the event's");
    expect(!id || is_one_line(*id), "an id at a glance can stand in a log");
    if (out) expect(!events::order_key(record, *out, events::order_by::key).empty(), "a change without a key is ordered by its lead");
    return out;
  }();
  if (!decoded) {
    const reason why = decoded.error().reason;
    expect(why == reason::undecodable || why == reason::invalid_event, "decoding fails for its own reasons");
    return check_detail(decoded.error());
  }
  const events::lead_change change = std::move(*decoded);
  expect(!change.id.empty() && !change.account.empty(), "an event has an id and an account");
  expect(change.changes || change.native, "an event says something");
  check_request(account_of(number).plan, change, value);
}

}  // namespace leadrelay::fuzz
