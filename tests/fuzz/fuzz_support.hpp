#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "base/text.hpp"

/// What the fuzzers share: reading an input, and saying what must hold.
namespace leadrelay::fuzz {

/// Ends the program where an invariant is broken, in a way that libFuzzer and ctest both take for a failure.
inline void expect(bool holds, const char* what) {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "broken: %s\n", what);
  __builtin_trap();
}

/// The bytes of an input, taken from the front. What chooses among a target's cases stands there, so that a readable file can follow it.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  /// The next byte; 0 where there is none.
  std::uint8_t byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
  }

  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

/// Whether `text` can stand on a line of a log or a terminal: UTF-8 without control characters.
inline bool is_one_line(std::string_view text) noexcept {
  return !find_invalid_utf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// How often `part` stands in `text`, overlaps counted. Not by memcmp and its like: libFuzzer watches those, and would write what they are
/// given into its inputs.
inline std::size_t count_of(std::string_view part, std::string_view text) noexcept {
  std::size_t found = 0;
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    std::size_t same = 0;
    while (same < part.size() && text[at + same] == part[same]) ++same;
    if (same == part.size()) ++found;
  }
  return found;
}

}  // namespace leadrelay::fuzz
