#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace leadrelay::json {

/// Where the next quote or backslash is from `at` on, or the text's end.
std::size_t find_quote_or_backslash(std::string_view text, std::size_t at) noexcept;

/// The string that stands under `key` in the object that `text` is, told by quotes and brackets alone, in a tenth of the time that a tree
/// takes. Of a text that is JSON it is right; one that is not may give one all the same, which is for a parser to find out. Nothing where
/// only a parser tells: the value is no string, empty, or holds other than printable ASCII or an escape; a key of the object has an escape;
/// `key` stands twice; `other` stands there.
std::optional<std::string_view> glance(std::string_view text, std::string_view key, std::string_view other) noexcept;

}  // namespace leadrelay::json
