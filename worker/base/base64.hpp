#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leadrelay {

/// RFC 4648 section 4, padded.
std::string encode_base64(std::string_view bytes);

enum class base64_padding { required, optional };

/// The bytes of the text; nothing where it is no Base64, or its left-over bits are not zero.
std::optional<std::string> decode_base64(std::string_view text, base64_padding padding = base64_padding::required);

}  // namespace leadrelay
