#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "delivery/retry.hpp"
#include "providers/judge.hpp"
#include "relay/relay.hpp"
#include "tracing/trace_context.hpp"

namespace leadrelay::relay {

/// How one change ended, with what its dead letter and its result tell of it.
struct relay::ending {
  enum class kind {
    delivered,
    dead_lettered,
    abandoned,  ///< not ended: its partition was given up, its next owner delivers it
  };

  kind is = kind::abandoned;
  leadrelay::reason reason = reason::rejected;  ///< where dead-lettered
  std::string detail;
  int requests = 0;                     ///< that went on the wire
  std::optional<unsigned> http_status;  ///< of the last answer
  std::string response;                 ///< the last answer's body, masked and cut
  std::optional<wall_time> first_attempt;
  std::optional<wall_time> last_attempt;
  std::optional<std::int64_t> leads_updated;
  std::size_t changes = 1;                  ///< that have ended so together, from the lane's first on
  std::string carried_by;                   ///< the event id of the change whose request it was; empty: its own
  bool is_outcome_unknown = false;          ///< of a try, which was followed by another
  std::shared_ptr<const account_terms> by;  ///< what it was built and judged by; null where it has no account
  delivery::history history;

  void bury(const problem& why) {
    is = kind::dead_lettered;
    reason = why.reason;
    detail = why.detail;
  }
  static ending of(const problem& why) {
    ending out;
    out.bury(why);
    return out;
  }
};

/// What is about to leave for a lane's first change: its own request, or one of it and those behind it.
struct relay::load {
  providers::request own;
  std::optional<providers::request> merged{};
  std::size_t changes = 1;
  std::int64_t last = -1;  ///< the last one's offset

  const providers::request& request() const noexcept { return merged ? *merged : own; }
};

/// A dead letter on its way.
struct relay::burial {
  burial(executor on, std::shared_ptr<delivery::owned_partition> partition) : ended(on), of(std::move(partition)) {}

  wakeup ended;  ///< wakes who waits for the acknowledgement
  bool acknowledged = false;
  std::shared_ptr<delivery::owned_partition> of;
};

/// One try to get a request answered.
struct relay::attempt {
  delivery::transport_error error = delivery::transport_error::none;
  bool on_the_wire = false;
  time_point sent{};  ///< when it went on the wire, or began to connect where it did not
  providers::judgement judged;
  std::optional<unsigned> http_status;
  std::string response;  ///< of an answer that is no delivery: its body, masked and cut
  wall_time at;
  bool may_have_had_effect = false;  ///< though it has failed
  bool held_back = false;            ///< by the account's limits or its refused credential: it has not left, and goes back to the gate
  std::uint64_t credential_epoch = delivery::never_sent;  ///< when it went on the wire
  std::optional<tracing::trace_context> context{};        ///< of the change whose request it is, with an id of its own as the parent
};

}  // namespace leadrelay::relay
