#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "events/record.hpp"
#include "kafka/producer.hpp"

namespace leadrelay::sink {

/// Why a change ends, for its dead letter's headers. Texts hold no credential; `response` is masked already. What is empty or absent
/// makes no header.
struct dead_letter_context {
  leadrelay::reason reason{};
  std::string detail = {};
  std::string account = {};
  std::string provider = {};
  std::string event_id = {};
  std::optional<int> attempts = {};
  std::optional<wall_time> first_attempt = {};
  std::optional<wall_time> last_attempt = {};
  std::optional<int> http_status = {};
  std::string response = {};  ///< the start of the provider's answer; cut to 1 KiB
};

/// Whether a header is one that a dead letter's context sets (`leadrelay.reason` …), compared without case.
bool is_context_header(std::string_view name) noexcept;

/// The record to write (the Contract's "Dead letter"): the original's key, value and headers, then the context as headers, which take
/// the place of those of an earlier dead letter, but for `leadrelay.replays` and `leadrelay.replayed_from`, which are carried on. Everything
/// that the context adds is at most `most_context_bytes`. The result points into `from` and `topic`.
///
/// `too_large`: how often the topic has refused the letter as too large. Each time the value is cut to half, and after `most_halvings`
/// the original's headers are left out too, then its key; `leadrelay.truncated` then tells how many bytes the whole value has. Such a letter cannot be
/// replayed from itself: the whole record is where `leadrelay.topic`, `.partition` and `.offset` say.
kafka::outgoing_record make_dead_letter(const events::record& from, const dead_letter_context& context, std::string_view topic,
                                        int too_large = 0);

inline constexpr int most_halvings = 10;

inline constexpr std::size_t most_context_bytes = 8 * 1024;

}  // namespace leadrelay::sink
