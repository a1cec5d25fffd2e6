#pragma once

#include <string_view>

namespace leadrelay::events {

/// What a media type (RFC 9110 section 8.3.1) says of a value.
enum class content { json, protobuf, cloud_event };

/// Compared without case and without parameters; what is not known is JSON.
content content_of(std::string_view media_type) noexcept;

}  // namespace leadrelay::events
