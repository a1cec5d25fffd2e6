#pragma once

#include <memory>
#include <string_view>

#include "base/reason.hpp"
#include "events/lead_change.hpp"

namespace leadrelay::events {

/// A tree, the memory that it stands in and the texts of its numbers.
struct tree {
  std::unique_ptr<json::pool> memory;
  json::number_texts numbers;
  std::unique_ptr<json::document> document;
};

/// Checks an event, whatever it was decoded from, and finds its parts. `event` is in `from`; `at` stands before the paths in details,
/// such as `data.`. Problems are `invalid_event`.
outcome<lead_change> read_envelope(tree from, const json::value& event, std::string_view at);

}  // namespace leadrelay::events
