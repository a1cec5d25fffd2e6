#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace leadrelay {

/// RFC 3339 date-time, or the ISO 8601 forms that differ from it by a space for `T`, no seconds or an offset without a colon.
/// Nothing where the text is not one or names a day that does not exist.
std::optional<wall_time> parse_date_time(std::string_view text) noexcept;

/// Whether `text` is an RFC 3339 full-date (`2026-11-21`) that exists.
bool is_date(std::string_view text) noexcept;

/// RFC 3339 in UTC with milliseconds: `2026-11-21T10:00:00.000Z`; a time outside the years 0 to 9999 becomes their first or last.
std::string format_date_time(wall_time time);

/// HTTP-date in any of its three forms (RFC 9110 section 5.6.7).
std::optional<wall_time> parse_http_date(std::string_view text) noexcept;

/// The preferred form of HTTP-date, in whole seconds: `Sun, 06 Nov 1994 08:49:37 GMT`, rounded down.
std::string format_http_date(wall_time time);

/// The wait that a `Retry-After` field asks for, in seconds or as an HTTP-date (RFC 9110 section 10.2.3);
/// a date in the past is zero, and more seconds than 32 bits hold are as many as they hold. Nothing where the value is malformed.
std::optional<duration> parse_retry_after(std::string_view value, wall_time now) noexcept;

/// A duration as people write it in configuration: `500ms`, `5s`, `15m`, `1h`, `1d`; whole numbers. Nothing where malformed.
std::optional<duration> parse_duration(std::string_view text) noexcept;

}  // namespace leadrelay
