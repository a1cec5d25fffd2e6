#pragma once

#include <string_view>

#include "base/json.hpp"
#include "base/reason.hpp"
#include "providers/definition_parts.hpp"

namespace leadrelay::providers {

/// Takes a JSON pointer apart (RFC 6901 section 3). Names may not be empty and there are at most 32 of them; the pointer of the whole
/// document, the empty text, has none. The problem's detail says what is wrong and what would be right.
outcome<json_place> parse_place(std::string_view pointer);

/// The value at that place, or null where there is none (RFC 6901 section 4).
const json::value* find(const json::value& root, const json_place& at) noexcept;

/// The array index that a name of a pointer is, if it is one: digits without leading zeros.
std::optional<std::size_t> array_index(std::string_view name) noexcept;

}  // namespace leadrelay::providers
