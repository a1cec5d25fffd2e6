#include "base/json_glance.hpp"

#include <algorithm>
#include <cstring>

#include "base/json_scan.hpp"

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
  /// What stands under the key, as far as has been seen.
  std::optional<std::string_view> found_so_far() const noexcept { return given_up_ ? std::nullopt : found_; }
  std::optional<std::string_view> found() const noexcept { return level_ != 0 ? std::nullopt : found_so_far(); }

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

bool stands_in(std::string_view text, std::string_view word) noexcept {
  return memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

/// Whether `rest` may have one of the keys, however it is written.
bool may_name(std::string_view rest, std::string_view key, std::string_view other) noexcept {
  return rest.find('\\') != std::string_view::npos || stands_in(rest, key) || stands_in(rest, other);
}

}  // namespace

std::optional<std::string_view> glance(std::string_view text, std::string_view key, std::string_view other) noexcept {
  member_walk walk(key, other);
  bool is_to_end = false;
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
    if (is_to_end || !walk.found_so_far()) continue;
    is_to_end = may_name(text.substr(at + 1), key, other);
    if (!is_to_end) return walk.found_so_far();
  }
  return walk.found();
}

}  // namespace leadrelay::json
