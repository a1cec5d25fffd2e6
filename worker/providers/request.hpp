#pragma once

#include <string>
#include <string_view>

namespace leadrelay::providers {

/// One request that a change becomes. Credential and other headers are the account's, not the event's.
struct request {
  std::string_view method;  ///< points into the definition
  std::string target;       ///< path and query, percent-encoded, starting with the base URL's own path
  std::string body;         ///< compact JSON
  bool appends = false;     ///< carries a field that the provider appends, so that a repeat would harm
  bool nothing_to_send = false;  ///< all that changed is ignored by the account; the change is settled without a call
  bool repeatable = true;   ///< may be sent again when its outcome is unknown
};

}  // namespace leadrelay::providers
