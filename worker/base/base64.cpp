#include "base/base64.hpp"

#include <cstdint>

namespace leadrelay {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    const auto byte = [&](std::size_t i) -> unsigned { return i < three.size() ? static_cast<unsigned char>(three[i]) : 0u; };
    const unsigned bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += alphabet[bits >> 18];
    out += alphabet[bits >> 12 & 63];
    out += three.size() > 1 ? alphabet[bits >> 6 & 63] : '=';
    out += three.size() > 2 ? alphabet[bits & 63] : '=';
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text, base64_padding padding) {
  if (padding == base64_padding::required && text.size() % 4 != 0) return std::nullopt;
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

}  // namespace leadrelay
