#pragma once

#include <span>
#include <string>
#include <string_view>

namespace leadrelay::providers {

/// `text` with every occurrence of one of `secrets` replaced by `***`, longest first, then cut to `most` bytes without ending inside
/// a code point. Bytes that are no UTF-8 are escaped as `\xNN`.
std::string mask(std::string_view text, std::span<const std::string> secrets, std::size_t most);

}  // namespace leadrelay::providers
