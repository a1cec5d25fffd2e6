#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/json.hpp"

namespace leadrelay::events {

/// What identifies the lead; an empty text is an identifier that the event does not give. At least one is given.
struct lead_identity {
  std::string_view id;
  std::string_view email;
  std::string_view phone;
};

/// One decoded event, the Contract's lead change. All views and pointers point into `memory`, or to `document` itself, so that moving
/// it keeps them good.
struct lead_change {
  std::string_view id;
  std::string_view account;
  std::string_view occurred_at;  ///< as the event gives it, RFC 3339, or empty
  lead_identity lead;
  /// Objects in the canonical vocabulary (proto/vocabulary.md); a member that is null clears, an absent one is unchanged.
  /// Null where the event has none, or `changes` or `native` without a member. At least one of `changes` and `native` is not.
  const json::value* changes = nullptr;
  const json::value* snapshot = nullptr;
  /// An object in the provider's own shape, laid over what `changes` maps to.
  const json::value* native = nullptr;
  json::number_texts numbers;          ///< those of a JSON event; Protobuf has doubles alone, which the tree holds
  std::unique_ptr<json::pool> memory;  ///< what `document` stands in
  std::unique_ptr<json::document> document;
};

}  // namespace leadrelay::events
