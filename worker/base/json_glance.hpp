#pragma once

#include <optional>
#include <string_view>

namespace leadrelay::json {

/// The string that stands under `key` in the object that `text` is, told by quotes and brackets alone, in a tenth of the time that a tree
/// takes. Of a text that is JSON it is right; of one that is not what comes behind the string may not be seen, which is for a parser to
/// find out. Nothing where only a parser tells: the value is no string, empty, or holds other than printable ASCII or an escape; a key of
/// the object has an escape; `key` stands twice; `other` stands there.
std::optional<std::string_view> glance(std::string_view text, std::string_view key, std::string_view other) noexcept;

}  // namespace leadrelay::json
