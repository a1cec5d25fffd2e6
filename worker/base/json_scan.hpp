#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Where something stands in the text of JSON strings, eight bytes at a time, as most of an event is such text.
namespace leadrelay::json {

namespace eight_bytes {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint64_t ones = 0x0101010101010101;
inline constexpr std::uint64_t highest_bits = ones << 7;

// Of each, the lowest bit set is of the first byte that is meant; those above it may be wrong.

inline std::uint64_t zeros(std::uint64_t word) noexcept { return (word - ones) & ~word & highest_bits; }
/// `most` is 128 at most.
inline std::uint64_t below(std::uint64_t word, unsigned char most) noexcept { return (word - ones * most) & ~word & highest_bits; }
inline std::uint64_t equal(std::uint64_t word, char wanted) noexcept { return zeros(word ^ (ones * static_cast<unsigned char>(wanted))); }

/// The first place from `at` on that `mark` tells, of eight bytes at once as those above do, or the text's end. It does not tell 0xFF.
template <class Mark>
std::size_t find(std::string_view text, std::size_t at, Mark mark) noexcept {
  const auto first_of = [](std::uint64_t found) { return static_cast<std::size_t>(std::countr_zero(found)) / 8; };
  std::uint64_t word = 0;
  for (; at + sizeof(word) <= text.size(); at += sizeof(word)) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    if (const std::uint64_t found = mark(word); found != 0) return at + first_of(found);
  }
  if (at >= text.size()) return text.size();
  word = ~std::uint64_t{0};  // behind the text's end
  std::memcpy(&word, text.data() + at, text.size() - at);
  if (const std::uint64_t found = mark(word); found != 0) return at + first_of(found);
  return text.size();
}

}  // namespace eight_bytes

/// Where the next quote or backslash is from `at` on, or the text's end.
inline std::size_t find_quote_or_backslash(std::string_view text, std::size_t at) noexcept {
  return eight_bytes::find(text, at, [](std::uint64_t word) { return eight_bytes::equal(word, '"') | eight_bytes::equal(word, '\\'); });
}

/// Where the next character is from `at` on that may not stand in a JSON string as it is (RFC 8259 section 7), or the text's end.
inline std::size_t find_to_escape(std::string_view text, std::size_t at) noexcept {
  constexpr unsigned char first_plain = 0x20;
  return eight_bytes::find(text, at, [](std::uint64_t word) {
    return eight_bytes::equal(word, '"') | eight_bytes::equal(word, '\\') | eight_bytes::below(word, first_plain);
  });
}

}  // namespace leadrelay::json
