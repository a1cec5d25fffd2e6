#include "providers/folded_text.hpp"

#include <array>
#include <numeric>
#include <optional>
#include <utility>

namespace leadrelay::providers {
namespace {

constexpr int most_percent_levels = 3;

std::optional<unsigned> hexadecimal(std::string_view digits) noexcept {
  unsigned out = 0;
  for (const char c : digits) {
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A') + 10
                                                  : 16;
    if (digit == 16) return std::nullopt;
    out = out << 4 | digit;
  }
  return out;
}

/// A surrogate by itself becomes what no UTF-8 has; it is never part of a value.
std::string utf8_of(unsigned code_point) {
  const auto tail = [code_point](int shift) { return static_cast<char>(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xC0 | code_point >> 6), tail(0)};
  if (code_point < 0x10000) return {static_cast<char>(0xE0 | code_point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code_point >> 18), tail(12), tail(6), tail(0)};
}

std::size_t skip_backslashes(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && text[at] == '\\') ++at;
  return at;
}

struct escape {
  unsigned code_point = 0;
  std::size_t end = 0;
};

/// `uXXXX` behind backslashes, both of a pair where it is one (RFC 8259, 7).
std::optional<escape> read_unicode(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t size = 5;
  if (at + size > text.size() || text[at] != 'u') return std::nullopt;
  const auto first = hexadecimal(text.substr(at + 1, 4));
  if (!first) return std::nullopt;
  const std::size_t next = skip_backslashes(text, at + size);
  if (*first >= 0xD800 && *first < 0xDC00 && next > at + size && next + size <= text.size() && text[next] == 'u')
    if (const auto second = hexadecimal(text.substr(next + 1, 4)); second && *second >= 0xDC00 && *second < 0xE000)
      return escape{0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00), next + size};
  return escape{*first, at + size};
}

bool is_control_letter(char c) noexcept { return c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f'; }

constexpr std::array<std::pair<std::string_view, char>, 7> entities{
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}, {"&#34;", '"'}}};

}  // namespace

folded_text::folded_text(std::string_view text) : folded_(text), begins_(text.size()), ends_(text.size()) {
  std::iota(begins_.begin(), begins_.end(), 0u);
  std::iota(ends_.begin(), ends_.end(), 1u);
  for (int level = 0; level < most_percent_levels && decode_percents(); ++level) {}
  decode_json();
  decode_entities();
  fold_bytes();
}

/// What is kept moves forward in place, for it never grows.
void folded_text::keep(std::size_t& to, char byte, std::size_t first, std::size_t last) {
  const std::uint32_t end = ends_[last];
  begins_[to] = begins_[first];
  ends_[to] = end;
  folded_[to++] = byte;
}

void folded_text::resize(std::size_t size) {
  folded_.resize(size);
  begins_.resize(size);
  ends_.resize(size);
}

bool folded_text::decode_percents() {
  std::size_t to = 0;
  const std::size_t size = folded_.size();
  for (std::size_t at = 0; at < size; ++at) {
    const auto byte = folded_[at] == '%' && at + 2 < size ? hexadecimal(std::string_view(folded_).substr(at + 1, 2)) : std::nullopt;
    keep(to, byte ? static_cast<char>(*byte) : folded_[at], at, byte ? at + 2 : at);
    if (byte) at += 2;
  }
  resize(to);
  return to < size;
}

void folded_text::decode_json() {
  std::size_t to = 0;
  const std::size_t size = folded_.size();
  for (std::size_t at = 0; at < size;) {
    const std::size_t next = skip_backslashes(folded_, at);
    if (next == size) break;
    const auto unicode = next > at ? read_unicode(folded_, next) : std::nullopt;
    const std::size_t end = unicode ? unicode->end : next + 1;
    if (unicode) {
      for (const char byte : utf8_of(unicode->code_point)) keep(to, byte, at, end - 1);
    } else if (next == at || !is_control_letter(folded_[next])) {
      keep(to, folded_[next], at, next);
    }
    at = end;
  }
  resize(to);
}

void folded_text::decode_entities() {
  std::size_t to = 0;
  const std::size_t size = folded_.size();
  for (std::size_t at = 0; at < size;) {
    std::pair<std::string_view, char> found{std::string_view(folded_).substr(at, 1), folded_[at]};
    if (folded_[at] == '&')
      for (const auto& each : entities)
        if (std::string_view(folded_).substr(at).starts_with(each.first)) found = each;
    const std::size_t length = found.first.size();
    keep(to, found.second, at, at + length - 1);
    at += length;
  }
  resize(to);
}

void folded_text::fold_bytes() {
  std::size_t to = 0;
  for (std::size_t at = 0; at < folded_.size(); ++at) {
    const char c = folded_[at];
    if (static_cast<unsigned char>(c) < 0x20) continue;
    keep(to, c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '+' ? ' ' : c, at, at);
  }
  resize(to);
}

}  // namespace leadrelay::providers
