#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/reason.hpp"

/// RapidJSON's trees, read by Boost.JSON with the limits that make it safe on bytes from outside.
namespace leadrelay::json {

using document = rapidjson::Document;
using value = rapidjson::Value;
using buffer = rapidjson::StringBuffer;
/// Memory that documents stand in; what it has given out is free only when it ends.
using pool = rapidjson::MemoryPoolAllocator<>;
using writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// Writes a double as the shortest text that reads back as the same: RapidJSON's own algorithm (Grisu2) makes 9.360695400000001 of
/// 9.3606954, about once in 2,000 numbers.
template <class Stream>
class plain_writer : public rapidjson::Writer<Stream> {
 public:
  using rapidjson::Writer<Stream>::Writer;

  bool Double(double number) {
    std::array<char, 32> digits{};
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    this->Prefix(rapidjson::kNumberType);
    for (const char c : text)
      if (c != '+') this->os_->Put(c);
    // A number that came with a fraction keeps one.
    if (text.find_first_of(".en") == std::string_view::npos)
      for (const char c : {'.', '0'}) this->os_->Put(c);
    return this->EndValue(true);
  }
};

/// The deepest nesting of objects and arrays that is taken; a scalar has depth 0, `[]` has depth 1.
inline constexpr int most_levels = 64;

/// The texts of a tree's numbers, digit for digit as they came, where the tree itself may hold less: a tree has 64-bit integers and
/// doubles, where JSON bounds neither digits nor exponent (RFC 8259 section 6). Numbers of up to 18 characters without fraction or exponent
/// need no text. Texts are found by where a value stands, so that they hold for the parsed tree itself and not for copies; a number
/// that is the whole document has none.
class number_texts {
 public:
  bool empty() const noexcept { return all_.empty(); }

  /// The text of this very value, or an empty one where there is none.
  std::string_view of(const value& number) const noexcept;

 private:
  friend class tree_maker;

  struct entry {
    const value* at;
    std::uint32_t begin;
    std::uint32_t size;
  };

  const char* text_ = nullptr;  ///< stands in the document's memory
  std::vector<entry> all_;      ///< by address
};

/// Parses one JSON text (RFC 8259) of UTF-8 that nests at most `most_levels`, escapes no lone surrogate and has no exponent beyond 2^31
/// - 1. Boost.JSON reads it, as RapidJSON's own reader overflows its stack on what nests deeply, passes lone surrogates on and misreads
/// some numbers. Problems are `undecodable` and name the byte. A number that a tree cannot hold is the nearest double, or the largest; one
/// that is the whole document and beyond all doubles is refused.
outcome<document> parse(std::string_view bytes);

/// As `parse`, for documents that are kept: the document stands in a `memory` of its own, near the size that the text and its tree need,
/// where one of `parse` holds 64 KiB at least. `memory` must outlive the document and `numbers`, wherever they are moved.
outcome<document> parse(std::string_view bytes, std::unique_ptr<pool>& memory, number_texts* numbers = nullptr);

/// Memory given out of blocks of `block_bytes`, or one larger where more is asked for at once.
std::unique_ptr<pool> make_pool(std::size_t block_bytes);

/// The string's characters, behind which no NUL stands; `value` must be a string.
inline std::string_view text(const value& value) noexcept { return {value.GetString(), value.GetStringLength()}; }

/// The member's value, or null where `object` has no member of that name. `object` must be an object.
const value* find(const value& object, std::string_view name) noexcept;

/// Whether `text` is a number by RFC 8259 section 6.
bool is_number(std::string_view text) noexcept;

/// The double nearest to `text`, which is a number; infinite where it is beyond all.
double nearest_double(std::string_view text);

/// Compact JSON.
std::string serialize(const value& value);

/// The number of bytes of compact JSON.
std::size_t serialized_size(const value& value);

/// Appends `text` as a JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);

/// What kind of JSON value it is, for messages: `a string`, `a number`, `null`.
std::string_view kind(const value& value) noexcept;

}  // namespace leadrelay::json
