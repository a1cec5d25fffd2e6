#pragma once

#include <optional>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "delivery/transport_error.hpp"
#include "providers/judge.hpp"

namespace leadrelay::delivery {

/// An account's patience with one change.
struct retry_policy {
  int attempts = 8;
  duration first_wait = std::chrono::milliseconds{500};
  duration longest_wait = std::chrono::seconds{60};
  duration give_up_after = std::chrono::minutes{15};
  duration longest_retry_after = std::chrono::minutes{5};
  bool retry_unknown = false;  ///< an append whose outcome is unknown goes again
};

/// What was tried for one change so far.
struct history {
  int attempts = 0;         ///< requests whose answer was a failure, or never came
  int failed_connects = 0;  ///< since the last request that went on the wire
  int waits = 0;            ///< clear refusals for now, since the last answer of another kind
  std::optional<time_point> first_try{};
  duration waited_for_provider{};          ///< time that the provider asked for; does not count as the change's age
  std::optional<time_point> refused_at{};  ///< where the last answer refused the credential: what follows is no age either
};

enum class next_step {
  settle,       ///< delivered
  try_again,    ///< at `decision::at`
  dead_letter,  ///< for `decision::reason`
};

struct decision {
  next_step step = next_step::settle;
  time_point at{};                              ///< where it goes again
  leadrelay::reason reason = reason::rejected;  ///< where it ends
  bool hold_account = false;                    ///< the whole account waits until `at`, not this change alone
};

/// What follows from a verdict, and `so_far` brought up to date. `random` is uniform in [0, 1).
///
/// Back-off is exponential with full jitter (Brooker, "Exponential Backoff and Jitter", 2015): uniform between zero and
/// first_wait·2^n, n the failures before this one, at most `longest_wait`, and never beyond what is left of `give_up_after`.
/// A Retry-After is waited out in full, up to `longest_retry_after`. Connect errors are no attempts; waits that the provider
/// asks for, and the time that a refused credential costs, are neither attempts nor age. A wait of zero or less asks for nothing.
decision decide(const retry_policy& policy, history& so_far, const providers::judgement& judged, transport_error error, time_point now,
                double random);

/// The same for the failed try of an outage, in which one request at a time asks whether the provider works again (delivery/breaker): it
/// is neither an attempt nor age, and the change goes to the end of its account's queue at once. `took` is what the try took. What ends a
/// change for another reason than failing, an unknown outcome that may not be repeated, ends it here too.
decision decide_in_outage(const retry_policy& policy, history& so_far, const providers::judgement& judged, time_point now, duration took);

}  // namespace leadrelay::delivery
