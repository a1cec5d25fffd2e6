#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leadrelay {

/// RFC 4648 section 4, padded.
std::string encode_base64(std::string_view bytes);

/// Nothing where the text is not what `encode_base64` makes.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace leadrelay
