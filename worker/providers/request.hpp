#pragma once

#include <string>
#include <string_view>

namespace leadrelay::providers {

/// One request that a change becomes. Credential and other headers are the account's, not the event's.
struct request {
  std::string_view method;  ///< points into the definition
  std::string target;       ///< path and query, percent-encoded, starting with the base URL's own path
  std::string body;         ///< compact JSON
  bool is_alone = false;    ///< never merged with those of other changes, see `merger`
  bool appends = false;     ///< carries a field that the provider appends, so that a repeat would harm
  /// The event says something of the lead, and the account ignores all of it: the change is settled without a call. Never set for an
  /// event that says nothing, which is `invalid_event`.
  bool nothing_to_send = false;
  bool repeatable = true;  ///< may be sent again when its outcome is unknown
};

}  // namespace leadrelay::providers
