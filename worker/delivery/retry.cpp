#include "delivery/retry.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace leadrelay::delivery {
namespace {

/// Uniform between zero and the ceiling that the n-th failure allows, n from 1.
duration jittered_wait(const retry_policy& policy, int failures, double random) {
  const double doubled = static_cast<double>(policy.first_wait.count()) * std::exp2(std::min(failures - 1, 62));
  const double ceiling = std::min(doubled, static_cast<double>(policy.longest_wait.count()));
  return duration{static_cast<std::int64_t>(ceiling * random)};
}

duration asked_wait(const retry_policy& policy, const providers::judgement& judged) {
  return std::clamp(judged.retry_after.value_or(duration::zero()), duration::zero(), policy.longest_retry_after);
}

decision end_with(reason why) { return {next_step::dead_letter, {}, why, false}; }

/// The provider asks the account to wait: full jitter where it does not say how long. A wait of zero says nothing: obeyed, it
/// would send the same request in a tight loop.
decision wait_as_asked(const retry_policy& policy, history& so_far, const providers::judgement& judged, time_point now, double random) {
  ++so_far.waits;
  const duration asked = asked_wait(policy, judged);
  const duration wait = asked > duration::zero() ? asked : jittered_wait(policy, so_far.waits, random);
  so_far.waited_for_provider += wait;
  return {next_step::try_again, now + wait, {}, true};
}

decision try_again(const retry_policy& policy, history& so_far, const providers::judgement& judged, transport_error error, time_point now,
                   double random) {
  if (is_connect_error(error)) {
    ++so_far.failed_connects;
  } else if (++so_far.attempts >= policy.attempts) {
    return end_with(reason::retries_exhausted);
  }
  const time_point give_up_at = *so_far.first_try + so_far.waited_for_provider + policy.give_up_after;
  if (now >= give_up_at) return end_with(reason::too_old);
  const duration asked = asked_wait(policy, judged);
  so_far.waited_for_provider += asked;
  const int failures = so_far.attempts + so_far.failed_connects;
  const duration wait = std::max(jittered_wait(policy, failures, random), asked);
  return {next_step::try_again, std::min(now + wait, give_up_at + asked), {}, false};
}

}  // namespace

decision decide(const retry_policy& policy, history& so_far, const providers::judgement& judged, transport_error error, time_point now,
                double random) {
  using providers::verdict;
  if (!so_far.first_try) so_far.first_try = now;
  if (so_far.refused_at) so_far.waited_for_provider += now - *std::exchange(so_far.refused_at, std::nullopt);
  if (!is_connect_error(error)) so_far.failed_connects = 0;
  if (judged.is != verdict::wait && error == transport_error::none) so_far.waits = 0;
  switch (judged.is) {
    case verdict::delivered: return {};
    case verdict::rejected: return end_with(judged.reason);
    case verdict::wait: return wait_as_asked(policy, so_far, judged, now, random);
    // The gate holds the account and probes; the change itself has done nothing wrong.
    case verdict::credential_refused: so_far.refused_at = now; return {next_step::try_again, now, {}, false};
    case verdict::outcome_unknown:
      if (!policy.retry_unknown) return end_with(reason::outcome_unknown);
      return try_again(policy, so_far, judged, error, now, random);
    case verdict::retry: return try_again(policy, so_far, judged, error, now, random);
  }
  return end_with(reason::rejected);
}

decision decide_in_outage(const retry_policy& policy, history& so_far, const providers::judgement& judged, time_point now, duration took) {
  if (judged.is == providers::verdict::outcome_unknown && !policy.retry_unknown) return end_with(reason::outcome_unknown);
  // Without a first try there is no age yet; since a refused credential there is none either.
  if (so_far.first_try && !so_far.refused_at) so_far.waited_for_provider += took;
  return {next_step::try_again, now, {}, false};
}

}  // namespace leadrelay::delivery
