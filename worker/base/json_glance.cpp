#include "base/json_glance.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace leadrelay::json {
namespace {

bool is_plain(char c) noexcept { return c >= ' ' && c <= '~'; }

/// Follows the members of the outermost object.
class member_walk {
 public:
  member_walk(std::string_view key, std::string_view other) noexcept : key_(key), other_(other) {}

  /// A character outside of strings.
  void take(char c) noexcept {
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n': return;
      case '{':
      case '[':
        given_up_ = given_up_ || (level_ == 0 && (c == '[' || before_ != '\0'));
        ++level_;
        break;
      case '}':
      case ']': given_up_ = given_up_ || --level_ < 0; break;
      default: break;
    }
    if (level_ == 1) before_ = c;
  }

  void take_string(std::string_view inside, bool escaped) noexcept {
    if (level_ != 1) return;
    if (before_ == ':') {
      if (is_value_wanted_) take_value(inside, escaped);
    } else if (before_ == '{' || before_ == ',') {
      is_value_wanted_ = inside == key_;
      given_up_ = given_up_ || escaped || inside == other_ || (is_value_wanted_ && seen_);
      seen_ = seen_ || is_value_wanted_;
    } else {
      given_up_ = true;  // no string of JSON stands there
    }
    before_ = '"';
  }

  bool given_up() const noexcept { return given_up_; }
  std::optional<std::string_view> found() const noexcept { return given_up_ || level_ != 0 ? std::nullopt : found_; }

 private:
  void take_value(std::string_view inside, bool escaped) noexcept {
    given_up_ = given_up_ || escaped || inside.empty() || !std::ranges::all_of(inside, is_plain);
    found_ = inside;
  }

  std::string_view key_;
  std::string_view other_;
  std::optional<std::string_view> found_;
  int level_ = 0;
  char before_ = '\0';  ///< what stood last in the object itself, a quote for a string
  bool is_value_wanted_ = false;
  bool seen_ = false;
  bool given_up_ = false;
};

}  // namespace

/// Eight bytes at a time, as most of an event is text.
std::size_t find_quote_or_backslash(std::string_view text, std::size_t at) noexcept {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t ones = 0x0101010101010101;
  // The lowest bit set is of the first byte that is 0; those above it may be wrong.
  const auto zeros = [](std::uint64_t word) { return (word - ones) & ~word & (ones << 7); };
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    const std::uint64_t found = zeros(word ^ (ones * '"')) | zeros(word ^ (ones * '\\'));
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

std::optional<std::string_view> glance(std::string_view text, std::string_view key, std::string_view other) noexcept {
  member_walk walk(key, other);
  for (std::size_t at = 0; at < text.size() && !walk.given_up(); ++at) {
    if (text[at] != '"') {
      walk.take(text[at]);
      continue;
    }
    const std::size_t begin = at + 1;
    at = find_quote_or_backslash(text, begin);
    const bool escaped = at < text.size() && text[at] == '\\';
    while (at < text.size() && text[at] == '\\') at = find_quote_or_backslash(text, at + 2);
    if (at >= text.size()) return std::nullopt;
    walk.take_string(text.substr(begin, at - begin), escaped);
  }
  return walk.found();
}

}  // namespace leadrelay::json
