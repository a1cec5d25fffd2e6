#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "delivery/rate_limit.hpp"
#include "delivery/told_budget.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::delivery {

/// Why a request waits at its account's gate. Words as in metrics and /status.json.
enum class gate_state {
  flowing,             ///< the next one may leave
  busy,                ///< as many in flight as the account allows
  limited,             ///< a window of the rate limit is full
  waiting,             ///< the provider has asked to wait
  credential_refused,  ///< the provider refuses the credential; one request at a time tries whether it is accepted again
};

std::string_view to_string(gate_state) noexcept;

/// The epoch of a request that has not been on the wire.
inline constexpr std::uint64_t never_sent = ~std::uint64_t{0};

/// What a request of an account passes before it may leave: the credential's state, the provider's own wait, concurrency and rate.
/// Every admission is followed by exactly one of `send` and `cancel`, and after that by one `leave`.
class gate {
 public:
  gate(int concurrency, const std::vector<providers::limit>& limits);

  /// Admits one request, or says no.
  bool admit(time_point now);
  /// When to ask again though no request has ended meanwhile; nothing where only that can change the answer.
  std::optional<time_point> ask_again_at(time_point now) const;

  /// The admitted request goes on the wire now. False where it comes too late for its turn: it must not, and is to be cancelled.
  bool send(time_point now);
  /// The admitted request could not go on the wire.
  void cancel();
  /// The request has ended; `sent_in` is the credential's epoch when it went on the wire.
  void leave(std::uint64_t sent_in = never_sent);

  /// The provider asks to wait; a wait that is already longer stays.
  void hold_until(time_point until);
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

  /// The part of the account's limits that is this worker's. `wall_now` is the same moment by the calendar.
  void set_share(const limit_share& share, time_point now, wall_time wall_now);
  /// The provider has answered that `remaining` requests are left until `resets_in` from now, to all workers together. To be told before
  /// the answered request leaves the gate.
  void tell_remaining(std::int64_t remaining, duration resets_in, time_point now);

  gate_state state(time_point now) const;
  int in_flight() const noexcept { return in_flight_; }
  int concurrency() const noexcept { return concurrency_; }

 private:
  int concurrency_;
  int in_flight_ = 0;
  rate_limit rate_;
  told_budget told_;
  double share_ = 1;  ///< of all partitions
  time_point held_until_{};
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
