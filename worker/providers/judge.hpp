#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/reason.hpp"
#include "base/time.hpp"

namespace leadrelay::providers {

class definition;

/// What an answer means for the change that was sent.
enum class verdict {
  delivered,
  retry,               ///< the attempt failed, another may do
  wait,                ///< a clear refusal for now (429, 503 with Retry-After): not applied, the account waits
  rejected,            ///< final; `judgement::reason` says why
  credential_refused,  ///< speaks of the account's credential, not of this change
  outcome_unknown,     ///< perhaps applied, and a repeat would harm
};

std::string_view to_string(verdict) noexcept;

struct answer_header {
  std::string_view name;
  std::string_view value;
};

/// A whole HTTP answer. Views into the connection's buffers.
struct answer {
  unsigned status = 0;
  std::span<const answer_header> headers;
  std::string_view body;

  /// The first header of that name, compared without case, or nothing.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
};

struct judgement {
  verdict is = verdict::delivered;
  leadrelay::reason reason = reason::rejected;  ///< where `is` is rejected
  std::optional<duration> retry_after;          ///< the provider's own word on when to come again, uncapped
  std::string detail;                           ///< for people; holds nothing of the lead
  std::optional<std::int64_t> leads_updated;    ///< where the provider tells how many leads it changed
};

/// What the provider tells of its budget beside an answer; each part only where told and well-formed.
struct told_limits {
  std::optional<std::int64_t> limit;
  std::optional<std::int64_t> remaining;
  std::optional<duration> resets_in;
};

/// Judges an answer by the definition. `appends`: the request carried an append, so 5xx other than 503 leaves its outcome unknown.
/// `now` dates the HTTP-date form of Retry-After.
judgement judge(const definition& by, const answer& given, bool appends, wall_time now);

/// Reads the definition's limit headers. Malformed values are ignored.
told_limits read_limits(const definition& by, const answer& given, wall_time now);

}  // namespace leadrelay::providers
