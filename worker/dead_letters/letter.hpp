#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/reason.hpp"
#include "events/decode.hpp"
#include "events/record.hpp"

namespace leadrelay::dead_letters {

/// A place in a topic of lead changes.
struct source_place {
  std::string_view topic;
  std::int32_t partition = -1;
  std::int64_t offset = -1;
};

/// `TOPIC/PARTITION/OFFSET`, and back; nothing for a text that is none.
std::string to_string(const source_place& place);
std::optional<source_place> parse_source_place(std::string_view text) noexcept;

/// What a record of the dead letters' topic says of itself (the Contract's "Dead letter"). Points into the record.
struct letter {
  std::optional<leadrelay::reason> reason;  ///< nothing where the record is no dead letter of Leadrelay
  std::string_view detail = {};
  std::string_view account = {};
  std::string_view provider = {};
  std::string_view event_id = {};
  std::optional<source_place> source;  ///< where the change lay when it died; nothing where that is not told
  std::int64_t written_ms = -1;        ///< the time of the source's record, -1 where that is not told
  std::optional<source_place> first;   ///< where it first lay, of a change that was replayed
  std::int64_t replays = 0;
  std::optional<std::uint64_t> truncated;  ///< the bytes that the whole value has, where the letter's was cut

  /// The offset that the change's age among the others of its partition is told by: a replayed one is as old as it ever was.
  std::int64_t age() const noexcept {
    const bool same_log = first && source && first->topic == source->topic && first->partition == source->partition;
    return same_log ? first->offset : source ? source->offset : -1;
  }
};

letter read_letter(const events::record& from);

/// The header of a replayed record that tells where the change first lay, as `to_string` writes it.
inline constexpr std::string_view first_place_header = "leadrelay.replayed_from";

/// Who is meant by an event, where it can be read at all. Texts are copies.
struct lead_name {
  std::string account;
  std::string event_id;
  std::string id;
  std::string email;
  std::string phone;

  /// Whether `text` is one of the lead's identifiers.
  bool is(std::string_view text) const noexcept { return !text.empty() && (id == text || email == text || phone == text); }
  /// For people: the lead's id; an e-mail address or phone number is a person's, and not shown.
  std::string shown() const;
};

/// Nothing where the record is no event, or larger than `max_record`.
std::optional<lead_name> read_lead(const events::record& from, std::uint64_t max_record);

}  // namespace leadrelay::dead_letters
