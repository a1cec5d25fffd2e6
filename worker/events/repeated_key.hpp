#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"

namespace leadrelay::events {

/// A key that stands twice in `object` itself, printable, or nothing. JSON leaves open which of the two counts (RFC 8259 section 4).
std::optional<std::string> find_repeated_key_here(const json::value& object);

/// The path of a key that stands twice in `value` or in anything inside it, such as `phone.number` or `questionnaire[1].a`.
std::optional<std::string> find_repeated_key(const json::value& value);

}  // namespace leadrelay::events
