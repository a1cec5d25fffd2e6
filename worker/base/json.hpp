#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/reason.hpp"

/// RapidJSON with the limits that make it safe on bytes from outside.
namespace leadrelay::json {

using document = rapidjson::Document;
using value = rapidjson::Value;
using buffer = rapidjson::StringBuffer;
/// Memory that documents stand in; what it has given out is free only when it ends.
using pool = rapidjson::MemoryPoolAllocator<>;
using writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// The deepest nesting of objects and arrays that is taken; a scalar has depth 0, `[]` has depth 1.
inline constexpr int most_levels = 64;

/// Parses one JSON text (RFC 8259). Before a tree is built the bytes are checked to be UTF-8, to nest at most `most_levels`
/// and to escape no lone surrogate, because RapidJSON overflows its stack on the first and passes the last on.
/// Problems are `undecodable` and name the byte.
outcome<document> parse(std::string_view bytes);

/// As `parse`, for documents that are kept: the document stands in a `memory` of its own, made as large as it needs, where one
/// of `parse` holds 64 KiB at least. `memory` must outlive the document, wherever either is moved.
outcome<document> parse(std::string_view bytes, std::unique_ptr<pool>& memory);

/// Memory given out of blocks of `block_bytes`, or one larger where more is asked for at once.
std::unique_ptr<pool> make_pool(std::size_t block_bytes);

/// The string's characters; `value` must be a string.
inline std::string_view text(const value& value) noexcept { return {value.GetString(), value.GetStringLength()}; }

/// The member's value, or null where `object` has no member of that name. `object` must be an object.
const value* find(const value& object, std::string_view name) noexcept;

/// Compact JSON.
std::string serialize(const value& value);

/// The number of bytes of compact JSON.
std::size_t serialized_size(const value& value);

/// Appends `text` as a JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);

/// What kind of JSON value it is, for messages: `a string`, `a number`, `null`.
std::string_view kind(const value& value) noexcept;

}  // namespace leadrelay::json
