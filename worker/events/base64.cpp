#include "events/base64.hpp"

#include <cstdint>

namespace leadrelay::events {
namespace {

int sextet(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// Without its padding, or nothing where the padding is more or less than it should be.
std::optional<std::string_view> without_padding(std::string_view text) noexcept {
  const std::size_t size = text.find_last_not_of('=') + 1;
  const std::size_t padding = text.size() - size;
  if (padding > 2 || (padding > 0 && text.size() % 4 != 0) || size % 4 == 1) return std::nullopt;
  return text.substr(0, size);
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  const auto characters = without_padding(text);
  if (!characters) return std::nullopt;
  std::string out;
  out.reserve(characters->size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;  // bits not given out yet
  for (const char c : *characters) {
    const int six = sextet(c);
    if (six < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(six)) & 0xFFFFu;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xFFu);
  }
  if ((bits & ((1u << held) - 1u)) != 0) return std::nullopt;
  return out;
}

}  // namespace leadrelay::events
