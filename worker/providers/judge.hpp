#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  /// For people, unless `is` is delivered: `HTTP 422 CODE: message`. The provider's message may echo the lead; `explain_answer` masks it.
  std::string detail;
  std::optional<std::int64_t> leads_updated;    ///< where the provider tells how many leads it changed
};

/// What the provider tells beside an answer of one of its limits: so many requests are left until it starts anew.
struct told_limit {
  std::int64_t remaining = 0;  ///< 0 to 1,000,000,000
  duration resets_in{};        ///< 0 to 31 d

  bool operator==(const told_limit&) const = default;
};

/// Judges an answer by the definition's rules, then by this table. `appends`: the request carried an append.
/// | status | verdict |
/// |---|---|
/// | 2xx | delivered |
/// | 3xx | rejected; redirects are not followed |
/// | 401, 403 | credential_refused |
/// | 404 / 409 | rejected as not_found / conflict |
/// | 408, 425 | retry: not processed (RFC 9110 section 15.5.9, RFC 8470 section 5.2) |
/// | 429, 503 | wait: not processed (RFC 6585 section 4, RFC 9110 section 15.6.4) |
/// | 501, 505 and other 4xx | rejected |
/// | other 5xx, and what is no final status (RFC 9110 section 15) | retry, outcome_unknown for an append |
///
/// A rule's `retry` on such a 5xx is outcome_unknown for an append too; only `wait` claims that nothing was applied.
/// Bodies over 64 KiB are not looked into. `now` dates the HTTP-date form of Retry-After.
judgement judge(const definition& by, const answer& given, bool appends, wall_time now);

/// `HTTP 422 CODE: message` with every occurrence of one of `secrets` masked, the code cut to 60 bytes and the message to 200 after that.
/// For a redirect, where it points to: origin and path alone.
std::string explain_answer(const definition& by, const answer& given, std::span<const std::string> secrets);

/// All limits that the definition's limit headers tell, or those of the RateLimit drafts where it names none; they hold at once. Malformed
/// values are ignored, and so is a remainder without a reset. `now` dates resets in Unix time where the answer has no Date.
std::vector<told_limit> read_limits(const definition& by, const answer& given, wall_time now);

}  // namespace leadrelay::providers
