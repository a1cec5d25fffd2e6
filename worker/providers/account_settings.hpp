#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>


#include "base/json.hpp"
#include "base/time.hpp"

namespace leadrelay::providers {

/// At most `requests` in any sliding window of length `per`.
struct limit {
  int requests = 0;    ///< from 1
  duration per{};      ///< from 1 ms

  bool operator==(const limit&) const = default;
};

/// What a cleared field (null) becomes in the request.
enum class clear_as {
  null,    ///< JSON null
  omit,    ///< left out, where the request replaces the whole lead
  empty,   ///< the empty string
  refuse,  ///< nothing the provider knows: dead letter `invalid_field`
};

/// What happens to a request whose outcome is unknown though a repeat would harm.
enum class unknown_outcome { dead_letter, retry };

/// How an account wants its provider's definition to be applied.
struct account_settings {
  std::string account;                     ///< the account's name in the configuration
  std::optional<std::string> base_url;     ///< instead of the definition's
  /// Values for fields that the request must carry and neither event nor snapshot gives, by canonical name (`first_name`) or by the
  /// provider's own top-level name (`resourceType`).
  std::map<std::string, json::document> defaults;
  std::set<std::string> ignore;            ///< canonical names that may be dropped in silence where the definition cannot say them
  std::set<std::string> require;           ///< canonical names that this account makes required always
  std::optional<clear_as> clear;           ///< instead of the definition's
  unknown_outcome on_unknown = unknown_outcome::dead_letter;
};

}  // namespace leadrelay::providers
