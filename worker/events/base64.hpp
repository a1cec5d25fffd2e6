#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leadrelay::events {

/// The bytes of a Base64 text (RFC 4648 section 4), its padding optional; nothing where it is none. Bits that are left over must be zero.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace leadrelay::events
