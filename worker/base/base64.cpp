#include "base/base64.hpp"

#include <cstdint>

namespace leadrelay {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t digit = alphabet.find(text[at + i]);
      bits = bits << 6 | (digit == std::string_view::npos ? 0u : static_cast<std::uint32_t>(digit));
    }
    out += static_cast<char>(bits >> 16 & 255);
    out += static_cast<char>(bits >> 8 & 255);
    out += static_cast<char>(bits & 255);
  }
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding, text.remove_suffix(1)) out.pop_back();
  // What does not come out the same holds other characters, or bits beyond its last byte.
  if (!encode_base64(out).starts_with(text)) return std::nullopt;
  return out;
}

}  // namespace leadrelay
