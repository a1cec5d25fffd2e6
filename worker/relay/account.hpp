#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/loop.hpp"
#include "config/configuration.hpp"
#include "delivery/gate.hpp"
#include "delivery/lane.hpp"
#include "delivery/retry.hpp"
#include "http/pool.hpp"
#include "relay/metrics.hpp"

namespace leadrelay::relay {

/// What a lane's first change is doing; the words of the log and of metrics.
enum class lane_step {
  idle,         ///< nobody works on the lane
  starting,     ///< the change is about to be built
  at_gate,      ///< waits for its account's gate
  announcing,   ///< waits for the commit that says that its request, which may not be repeated, is about to leave
  connecting,   ///< waits for a connection
  requesting,   ///< its request is on the wire
  backing_off,  ///< waits before its next attempt
  burying,      ///< waits for its dead letter's acknowledgement
  committing,   ///< settled; the next change waits for the commit that tells of it
};

std::string_view to_string(lane_step) noexcept;

/// A lane with the coroutine that works on it.
struct running_lane {
  running_lane(executor on, std::string key) : signal(on) { queue.key = std::move(key); }

  delivery::lane queue;
  wakeup signal;                                ///< wakes the coroutine from the gate or from a back-off
  std::optional<delivery::admission> admitted;  ///< the gate has let it through since it began to wait
  std::uint64_t waits_as = 0;                   ///< its number at the gate: who came first
  bool waited = false;                          ///< it was not let through at once
  bool over_budget = false;                     ///< the budget of retries has held it back since it came to the gate
  lane_step step = lane_step::idle;
  std::shared_ptr<delivery::owned_partition> from;  ///< the partition of the change that is worked on
  std::size_t unmerged = 0;                         ///< of its next changes, which the provider has rejected together, each goes alone
  /// Marked as started for a request of which nothing can have had an effect yet; to be taken back where that stays so.
  std::optional<std::int64_t> announced;
  http::connection* over = nullptr;  ///< what its request is on, while it is on the wire
};

/// One account in one worker: its lanes, its gate, its connections, its credential. One thread.
class account {
 public:
  account(loop& on, const config::account& settings, std::unique_ptr<http::connector> connector, int first_limit);
  ~account();

  const config::account& settings() const noexcept { return settings_; }
  const delivery::retry_policy& retries() const noexcept { return retries_; }
  http::pool& pool() noexcept { return pool_; }
  delivery::gate& gate() noexcept { return gate_; }
  account_metrics& metrics() noexcept { return metrics_; }
  /// The header lines every request carries, the credential among them.
  const std::string& headers() const noexcept { return headers_; }
  /// The texts in which an answer may echo the credential or the one before it, which requests still in flight may carry.
  const std::vector<std::string>& secrets() const noexcept { return secrets_; }

  // credential.cpp: the secret, and whether the provider accepts it
  /// Reads the secret and prepares the headers; a problem leaves the former ones in place.
  outcome<void> read_credential();
  /// Takes the secret that has been read. Another one than before is for the next request, and tried at once where the provider has refused
  /// the former; false where it cannot be used, which leaves the former in place. The beginning and the end of trouble are logged.
  bool take_credential(const outcome<std::string>& read);
  /// A request that was admitted before the provider refused the credential, or before the breaker opened, does not leave any more: one at
  /// a time tries the provider.
  bool may_leave(const running_lane& lane);
  /// What an answer says of the credential, where the request left since the last word on it.
  void tell_credential(providers::verdict verdict, unsigned http_status, std::uint64_t sent_in);
  /// How the credential stands, where something is wrong with it.
  struct credential_trouble {
    std::string refused;               ///< empty while the provider accepts it
    std::optional<wall_time> since{};  ///< of `refused`
    std::string unreadable;            ///< why the secret cannot be read anew; the former one stays in use
  };
  const credential_trouble& trouble() const noexcept { return trouble_; }

  /// The lane of that key, made where there is none yet.
  running_lane& lane_of(std::string_view key);
  void erase_lane(const running_lane& ended);
  const std::unordered_map<std::string_view, std::unique_ptr<running_lane>>& lanes() const noexcept { return lanes_; }

  /// Passes the gate, first come first served; a retry that the budget does not cover yet waits beside the others. False where the
  /// lane's current change was given up meanwhile. How it was let through is in `lane.admitted`.
  task<bool> enter(running_lane& lane, delivery::try_kind kind);
  /// What the next at the gate waits for.
  delivery::gate_state state(time_point now) const;
  /// The request goes on the wire now. False where it comes too late for its account's limits: it must not.
  bool send();
  /// The request has ended; lets the next one in. `sent_in` is the credential's epoch when it went on the wire.
  void leave(std::uint64_t sent_in = delivery::never_sent);
  /// Lets in as many as the gate admits now; to be called when something has changed that may open it.
  void admit_waiting();
  /// Ends the waits of all lanes whose partition was given up.
  void forget_leaving();

  /// Whether the last try got a connection; true before the first.
  bool reachable() const noexcept { return reachable_; }
  void set_reachable(bool now) noexcept { reachable_ = now; }

  std::size_t pending() const noexcept { return pending_; }
  void count_pending(int difference) noexcept { pending_ += static_cast<std::size_t>(difference); }

 private:
  using queue = std::deque<running_lane*>;
  queue& queue_of(delivery::try_kind kind) noexcept { return kind == delivery::try_kind::first ? first_tries_ : retries_at_gate_; }
  delivery::try_kind next_kind() const noexcept;
  bool admit_next(time_point now);
  bool admit_first_of(delivery::try_kind kind, time_point now);
  void arm(time_point now);
  outcome<bool> use_credential(const outcome<std::string>& read);

  loop& loop_;
  const config::account& settings_;
  delivery::retry_policy retries_;
  delivery::gate gate_;
  http::pool pool_;
  account_metrics metrics_;
  std::string credential_;
  std::vector<std::string> secrets_;
  std::string headers_;
  credential_trouble trouble_;
  std::unordered_map<std::string_view, std::unique_ptr<running_lane>> lanes_;  ///< keys point into the lanes
  queue first_tries_;  ///< at the gate, first come first served, as those that repeat
  queue retries_at_gate_;
  std::uint64_t came_to_gate_ = 0;
  std::size_t pending_ = 0;
  bool reachable_ = true;
  std::optional<timer_queue::id> timer_;
};

}  // namespace leadrelay::relay
