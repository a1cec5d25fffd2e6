#pragma once

#include <span>
#include <string>
#include <string_view>

#include "events/lead_change.hpp"

namespace leadrelay::providers {

/// `text` with every occurrence of one of `secrets` replaced by `***`, longest first, then cut to `most` bytes without ending inside
/// a code point. Bytes that are no UTF-8 are escaped as `\xNN`. A secret is found in any case, and as JSON, URLs and HTML write it
/// (`folded_text`).
std::string mask(std::string_view text, std::span<const std::string> secrets, std::size_t most);

class plan;

/// The event as one JSON object for people to see: its own parts, the values of sensitive fields replaced by `"***"`, and those of fields
/// that nobody knows, as they may be anything. Null stays, as it clears. Without a plan the canonical vocabulary alone says what is
/// sensitive, and all of `native` is.
std::string masked_event(const events::lead_change& change, const plan* by);

}  // namespace leadrelay::providers
