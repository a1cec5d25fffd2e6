#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "delivery/adaptive_concurrency.hpp"
#include "delivery/asked_wait.hpp"
#include "delivery/breaker.hpp"
#include "delivery/rate_limit.hpp"
#include "delivery/retry_budget.hpp"
#include "delivery/told_budget.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::delivery {

/// Why a request waits at its account's gate. Words as in metrics and /status.json.
enum class gate_state {
  flowing,             ///< the next one may leave
  busy,                ///< as many in flight as are good for the account now
  limited,             ///< a window of the rate limit is full, or the provider says that none is left
  retry_budget,        ///< a retry waits until retries are few enough among the requests
  waiting,             ///< the provider has asked to wait, or one request asks whether that is over
  breaker_open,        ///< the provider fails; after a pause one request at a time tries whether it works again
  credential_refused,  ///< the provider refuses the credential; one request at a time tries whether it is accepted again
};

std::string_view to_string(gate_state) noexcept;

/// The epoch of a request that has not been on the wire.
inline constexpr std::uint64_t never_sent = ~std::uint64_t{0};

/// Whether a request is a change's first since the provider last took it for good, or repeats one that failed or was put off.
enum class try_kind { first, retry };

/// What was let through, to be given back with its end.
struct admission {
  time_point at{};
  bool covered = false;                ///< a retry that the budget was asked for
  std::uint64_t breaker_openings = 0;  ///< until then
  std::uint64_t credential_epoch = 0;  ///< then
  std::uint64_t told_word = 0;         ///< that of the told budget, then
  int in_flight = 0;                   ///< then, itself counted
};

/// How an admitted request has ended, where it was not cut off by its own side.
struct request_end {
  admission of;
  providers::verdict is = providers::verdict::delivered;
  transport_error error = transport_error::none;
  unsigned status = 0;               ///< of the answer, 0 without
  std::optional<time_point> sent{};  ///< where it went on the wire
  std::uint64_t change = 0;          ///< tells changes apart, never 0
};

/// What a request of an account passes before it may leave: the credential's state, the breaker, the provider's own wait, concurrency,
/// rate, and for a retry the budget of retries.
/// Every admission is followed by exactly one of `send`, `cancel` and `put_back`, then by `judge` where its end tells something, and by
/// one `leave`.
class gate {
 public:
  /// `concurrency` bounds the requests in flight; `first_limit` of them may be at first.
  gate(int concurrency, const std::vector<providers::limit>& limits, int first_limit = adaptive_concurrency::first_limit);

  /// Admits one request, or says no.
  std::optional<admission> admit(time_point now, try_kind kind = try_kind::first);
  /// When to ask again though no request has ended meanwhile; nothing where only that can change the answer.
  std::optional<time_point> ask_again_at(time_point now, try_kind kind = try_kind::first) const;

  /// Whether since then neither has the breaker opened, nor the credential been refused, nor has the provider asked to wait or said that
  /// nothing is left; where they have, the request is to be put back.
  bool is_good_still(const admission& of, time_point now) const noexcept {
    return now >= wait_.until() && !told_.is_used_up(now) && (breaker_.is_closed() || of.breaker_openings == breaker_.openings()) &&
           (!credential_refused_ || of.credential_epoch == credential_epoch_);
  }
  /// When the admitted request may go on the wire at the earliest, in the past where it may at once.
  time_point leaves_at() const { return rate_.begins_at(); }
  /// The admitted request is ready to go on the wire.
  void tell_ready(time_point now) noexcept { rate_.tell_ready(now); }
  /// The admitted request goes on the wire now. False where it comes too late for its turn: it must not, and is to be cancelled.
  bool send(time_point now);
  /// The admitted request could not go on the wire.
  void cancel();
  /// The same where it comes to the gate again.
  void put_back(const admission& of, time_point now);
  /// What the end of a request tells of its provider. `random` is uniform in [0, 1).
  breaker::finding judge(const request_end& end, time_point now, double random);
  /// The request has ended; `sent_in` is the credential's epoch when it went on the wire.
  void leave(std::uint64_t sent_in = never_sent);

  /// The provider asks to wait; a wait that is already longer stays. After it one request at a time asks whether it is over.
  void hold_until(time_point until) noexcept { wait_.hold_until(until); }
  /// The provider refused the credential: all wait, one probe goes after a pause of 1 s that doubles up to 60 s.
  void refuse_credential(time_point now);
  /// An answer that speaks of the change shows that the credential is accepted.
  void accept_credential();
  /// The credential is another now. Where it stands refused, the next probe goes at once, beside what is on the wire with the former
  /// one, and the pause after it begins anew.
  void try_credential_again(time_point now);
  bool credential_refused() const noexcept { return credential_refused_; }
  /// Another number after each refusal and each change of the credential: an answer speaks of the credential as it stands only where
  /// the request was admitted and sent since.
  std::uint64_t credential_epoch() const noexcept { return credential_epoch_; }

  /// Other bounds from now on; what has left counts. What was admitted and has not left is to be put back, as these may forbid it.
  void set_bounds(int concurrency, const std::vector<providers::limit>& limits, time_point now, wall_time wall_now);
  /// Requests go to another provider from now on: what the former one has told and how it has failed holds them up no more.
  void go_elsewhere(time_point now);
  /// Other connections lead to the provider from now on: how the former ones have failed holds nothing up any more.
  void connect_anew(time_point now);
  /// The part of the account's limits that is this worker's. `wall_now` is the same moment by the calendar.
  void set_share(const limit_share& share, time_point now, wall_time wall_now);
  /// Whether limits of few requests go by the calendar's clock, which somebody may set. It is then to be told before requests are admitted.
  bool goes_by_calendar() const noexcept { return rate_.goes_by_calendar(); }
  void read_calendar(time_point now, wall_time wall_now) noexcept { rate_.read_calendar(now, wall_now); }
  /// The provider's answer to `of` tells what is left of its limits. To be told before the answered request leaves the gate.
  void tell_limits(const admission& of, std::span<const providers::told_limit> told, time_point now) {
    told_.tell(told, of.told_word, in_flight_ - 1, now);
  }

  gate_state state(time_point now, try_kind kind = try_kind::first) const;
  breaker_state breaker_now(time_point now) const noexcept { return breaker_.state(now); }
  std::uint64_t breaker_openings() const noexcept { return breaker_.openings(); }
  int in_flight() const noexcept { return in_flight_; }
  /// The most in flight that the account allows, and that are good for it now.
  int concurrency() const noexcept { return concurrency_.most(); }
  int limit() const noexcept { return concurrency_.limit(); }

 private:
  bool probes() const noexcept { return credential_refused_ || !breaker_.is_closed(); }
  void hold_back(time_point now);
  void adapt(const request_end& end, provider_sign sign, time_point now);

  adaptive_concurrency concurrency_;
  int in_flight_ = 0;
  rate_limit rate_;
  told_budget told_;
  breaker breaker_;
  mutable retry_budget retries_;  ///< forgets what is old when it is asked
  asked_wait wait_;
  bool credential_refused_ = false;
  bool probing_ = false;  ///< a probe was admitted since the last refusal
  std::uint64_t credential_epoch_ = 0;
  std::uint64_t changed_in_ = 0;  ///< the first epoch of the credential as it is now
  int not_sent_ = 0;              ///< of those in flight: admitted, not on the wire yet
  int with_former_ = 0;           ///< of those in flight: on the wire since before the credential changed
  time_point probe_at_{};
  duration probe_pause_{};
};

}  // namespace leadrelay::delivery
