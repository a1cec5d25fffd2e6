#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadrelay {

/// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms), or nothing.
std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) noexcept;

/// The number of Unicode code points in well-formed UTF-8.
std::size_t count_code_points(std::string_view utf8) noexcept;

/// The longest start of `utf8` that has at most `bytes` bytes and does not end inside a code point.
std::string_view truncate_utf8(std::string_view utf8, std::size_t bytes) noexcept;

/// Appends `bytes` with all but RFC 3986 unreserved characters percent-encoded, so that it is one path segment or query value.
void append_percent_encoded(std::string& out, std::string_view bytes);

/// `bytes` made printable on one line: controls, what turns the direction of text and invalid UTF-8 as `\xNN`, cut after `most` with `…`.
std::string printable(std::string_view bytes, std::size_t most = 100);

/// The candidate that `word` was most likely meant to be, if one is near enough.
std::optional<std::string_view> did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// Whether `text` is a UUID in the 8-4-4-4-12 form (RFC 9562 section 4), in either case.
bool is_uuid(std::string_view text) noexcept;

/// ASCII letters compared without case.
bool equal_without_case(std::string_view a, std::string_view b) noexcept;

}  // namespace leadrelay
