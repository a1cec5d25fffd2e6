#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

namespace leadrelay {
namespace {

constexpr char hex_digits[] = "0123456789ABCDEF";

/// Which characters are of a kind, looked up as most are asked for again and again.
class character_set {
 public:
  template <class Predicate>
  explicit constexpr character_set(Predicate is_in) {
    for (unsigned code = 0; code < in_.size(); ++code) in_[code] = is_in(static_cast<char>(code));
  }
  constexpr bool has(char c) const noexcept { return in_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> in_{};
};

constexpr character_set hexadecimal([](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });

constexpr character_set unreserved([](char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
});

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// The length of the well-formed code point that starts `bytes`, or 0 (Unicode standard, table 3-7).
std::size_t code_point_length(std::string_view bytes) noexcept {
  const auto at = [&](std::size_t i) -> unsigned { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xC0u) == 0x80u; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return at(1) >= low && at(1) <= high && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return at(1) >= low && at(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// Whether a well-formed code point would break a line, steer a terminal or show text in another order than it has: C0, DEL, C1, the
/// separators U+2028 and U+2029, and what has the property Bidi_Control (Unicode Standard Annex 9).
bool is_control(std::string_view code_point) noexcept {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(code_point[index]); };
  if (code_point.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (code_point.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA0) || code_point == "\xD8\x9C";  // U+061C
  if (code_point.size() != 3 || byte(0) != 0xE2) return false;
  const bool is_mark_or_override = byte(1) == 0x80 && (byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE));
  return is_mark_or_override || (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);  // isolates: U+2066 to U+2069
}

std::size_t skip_ascii(std::string_view bytes, std::size_t from) noexcept {
  while (from + 8 <= bytes.size()) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data() + from, 8);
    if (eight & 0x8080808080808080ull) break;
    from += 8;
  }
  while (from < bytes.size() && static_cast<unsigned char>(bytes[from]) < 0x80) ++from;
  return from;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) noexcept {
  for (std::size_t at = skip_ascii(bytes, 0); at < bytes.size(); at = skip_ascii(bytes, at)) {
    const std::size_t length = code_point_length(bytes.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

std::size_t count_code_points(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string_view truncate_utf8(std::string_view utf8, std::size_t bytes) noexcept {
  if (utf8.size() <= bytes) return utf8;
  std::size_t end = bytes;  // a code point has at most three continuation bytes; more are no UTF-8 and cut where asked
  while (end > 0 && bytes - end < 3 && (static_cast<unsigned char>(utf8[end]) & 0xC0u) == 0x80u) --end;
  return utf8.substr(0, (static_cast<unsigned char>(utf8[end]) & 0xC0u) == 0x80u ? bytes : end);
}

void append_percent_encoded(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto stops = std::ranges::find_if_not(bytes, [](char c) { return unreserved.has(c); });
    const auto plain = static_cast<std::size_t>(stops - bytes.begin());
    out.append(bytes.substr(0, plain));
    if (plain == bytes.size()) return;
    const auto byte = static_cast<unsigned char>(bytes[plain]);
    const char encoded[] = {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
    out.append(encoded, 3);
    bytes.remove_prefix(plain + 1);
  }
}

std::string printable(std::string_view bytes, std::size_t most) {
  std::string out;
  const bool cut = bytes.size() > most;
  if (cut) bytes = truncate_utf8(bytes, most);
  while (!bytes.empty()) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const std::size_t length = code_point_length(bytes);
    if (length > 0 && !is_control(bytes.substr(0, length))) {
      out.append(bytes.substr(0, length));
      bytes.remove_prefix(length);
    } else {
      const char escaped[] = {'\\', 'x', hex_digits[first >> 4], hex_digits[first & 15]};
      out.append(escaped, 4);
      bytes.remove_prefix(1);
    }
  }
  if (cut) out += "…";
  return out;
}

std::optional<std::string_view> did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !hexadecimal.has(text[i])) return false;
  }
  return true;
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  return a == b || std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace leadrelay
