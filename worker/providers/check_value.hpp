#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"
#include "providers/definition_parts.hpp"

namespace leadrelay::providers {

/// What keeps `given` from standing in a request, such as `51 characters, at most 50`; nothing where it may. The text never shows the
/// value. Null is never right here: what it means is the definition's to say. `numbers` are those of the tree that `given` is part of.
/// A number may have any digits, and must be within the range of a double; `least` and `most` are compared with the nearest double.
std::optional<std::string> check_value(const value_rule& rule, const json::value& given, const json::number_texts& numbers = {});

/// The JSON text to send instead of `given` where the rule converts it (a number or boolean to a string, a numeric string to a number);
/// nothing where it is sent as it is. `given` has passed `check_value`.
std::optional<std::string> convert_value(const value_rule& rule, const json::value& given, const json::number_texts& numbers = {});

}  // namespace leadrelay::providers
