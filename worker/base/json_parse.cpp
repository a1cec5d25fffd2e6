#include "base/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <rapidjson/error/en.h>

#include "base/json_scan.hpp"
#include "base/text.hpp"

namespace leadrelay::json {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The code unit of `\uXXXX` at `at`, or -1 where there is none.
int escaped_unit(std::string_view bytes, std::size_t at) noexcept {
  if (at + 6 > bytes.size() || bytes[at] != '\\' || bytes[at + 1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hex_value(bytes[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

problem undecodable_at(std::string_view what, std::size_t at) {
  return {reason::undecodable, std::string(what) + " at byte " + std::to_string(at)};
}

/// Longer ones may be beyond 64 bits.
constexpr std::size_t most_plain_characters = 18;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_number_character(char c) noexcept { return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'; }

std::size_t skip_digits(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// How many characters at the text's beginning are a JSON number (RFC 8259 section 6), as many as can be; 0 where there is none.
std::size_t number_size(std::string_view text) noexcept {
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  std::size_t end = text.substr(begin).starts_with('0') ? begin + 1 : skip_digits(text, begin);
  if (end == begin) return 0;
  if (end < text.size() && text[end] == '.')
    if (const std::size_t fraction = skip_digits(text, end + 1); fraction > end + 1) end = fraction;
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    const bool sign = end + 1 < text.size() && (text[end + 1] == '+' || text[end + 1] == '-');
    const std::size_t digits = end + (sign ? 2 : 1);
    if (const std::size_t exponent = skip_digits(text, digits); exponent > digits) end = exponent;
  }
  return end;
}

/// A number with a fraction, an exponent or many digits.
struct long_number {
  std::size_t index;  ///< which of the text's numbers
  std::size_t begin;
  std::size_t size;
};

/// Walks over a text that may be JSON before a tree is built of it.
class scan {
 public:
  explicit scan(std::string_view bytes) noexcept : bytes_(bytes) {}

  /// The first problem, if any. Where brackets and quotes are out of order the parser stops at the first place that is, and up to
  /// there both read alike.
  std::optional<problem> check() {
    int level = 0;
    for (std::size_t at = 0; at < bytes_.size() && !found_; ++at) {
      switch (bytes_[at]) {
        case '"': at = last_of_string(at); break;
        case '{':
        case '[':
          ++values_;
          if (++level > most_levels) found_ = undecodable_at("nested beyond " + std::to_string(most_levels) + " levels", at);
          break;
        case '}':
        case ']': --level; break;
        case ',': ++values_; break;
        case ':': ++members_; break;
        default:
          if (is_digit(bytes_[at]) || bytes_[at] == '-') at = last_of_number(at);
      }
    }
    return std::move(found_);
  }

  /// Bytes of the tree that the text parses to, its characters not counted; never too few.
  std::size_t tree_bytes() const noexcept { return members_ * sizeof(value::Member) + values_ * sizeof(value); }

  /// The numbers of which a tree may hold less than the text says, in the text's order.
  const std::vector<long_number>& long_numbers() const noexcept { return long_numbers_; }

 private:
  /// The last character of the number that starts at `begin`.
  std::size_t last_of_number(std::size_t begin) {
    bool plain = true;
    std::size_t end = begin;
    for (; end < bytes_.size() && is_number_character(bytes_[end]); ++end) plain = plain && (is_digit(bytes_[end]) || bytes_[end] == '-');
    if (!plain || end - begin > most_plain_characters) long_numbers_.push_back({numbers_, begin, end - begin});
    ++numbers_;
    return end - 1;
  }

  /// The closing quote of the string that starts at `begin`, or the text's end.
  std::size_t last_of_string(std::size_t begin) {
    std::size_t at = find_quote_or_backslash(bytes_, begin + 1);
    while (at < bytes_.size() && bytes_[at] != '"' && !found_) at = find_quote_or_backslash(bytes_, last_of_escape(at) + 1);
    return at;
  }

  /// The last character of the escape whose backslash is at `at`.
  std::size_t last_of_escape(std::size_t at) {
    const int unit = escaped_unit(bytes_, at);
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    const int low = high ? escaped_unit(bytes_, at + 6) : 0;
    if ((unit >= 0xDC00 && unit <= 0xDFFF) || (high && (low < 0xDC00 || low > 0xDFFF)))
      found_ = undecodable_at("lone surrogate escaped", at);
    return at + (high ? 11 : 1);
  }

  std::string_view bytes_;
  std::size_t members_ = 0;
  std::size_t values_ = 0;
  std::size_t numbers_ = 0;
  std::vector<long_number> long_numbers_;
  std::optional<problem> found_;
};

}  // namespace

/// Keeps numbers with a fraction or an exponent from a parser that refuses some (1e309), misreads others (1234e306 as -3.8e-308) and
/// looks beyond the end of a table for others (0.000…1 with 400 zeros): they stand as 0 while it works.
class number_keeper {
 public:
  number_keeper(char* text, const std::vector<long_number>& numbers) : text_(text), numbers_(numbers) {}

  void hide() {
    for (const long_number& each : numbers_) {
      if (!is_hidden(each)) continue;
      // What follows is no part of it, and for the parser to refuse.
      std::memset(text_ + each.begin, ' ', number_size(current_text(each)));
      text_[each.begin] = '0';
    }
  }

  /// Writes what was hidden into the tree and, as the parser is done with it, into the text that `into` points to.
  void restore(std::string_view original, document& parsed, number_texts* into) {
    original_ = original;
    into_ = into;
    if (into) {
      into->text_ = text_;
      into->all_.reserve(numbers_.size());
    }
    visit(parsed);
    if (!into) return;
    if (parsed.IsNumber()) into->all_.clear();  // the document itself will move
    std::ranges::sort(into->all_, std::less{}, &number_texts::entry::at);
  }

  /// Whether a number is beyond all doubles.
  bool any_beyond() const noexcept { return any_beyond_; }

 private:
  std::string_view original_text(const long_number& of) const noexcept { return original_.substr(of.begin, of.size); }

  bool is_hidden(const long_number& of) const noexcept {
    const std::string_view number = current_text(of).substr(0, number_size(current_text(of)));
    constexpr std::size_t most_characters_of_64_bits = 20;
    return number.size() > most_characters_of_64_bits || number.find_first_of(".eE") != std::string_view::npos;
  }

  std::string_view current_text(const long_number& of) const noexcept { return {text_ + of.begin, of.size}; }

  /// The parser keeps the text's order, so that the numbers are found by counting.
  void visit(value& at) {
    if (at.IsNumber()) {
      take(at);
    } else if (at.IsArray()) {
      for (value& item : at.GetArray()) visit(item);
    } else if (at.IsObject()) {
      for (auto& member : at.GetObject()) visit(member.value);
    }
  }

  void take(value& at) {
    if (next_ == numbers_.size() || numbers_[next_].index != index_++) return;
    const long_number& of = numbers_[next_++];
    if (current_text(of) != original_text(of)) {
      constexpr double most = std::numeric_limits<double>::max();
      const double nearest = nearest_double(original_text(of));
      any_beyond_ = any_beyond_ || std::isinf(nearest);
      at.SetDouble(std::clamp(nearest, -most, most));
      std::memcpy(text_ + of.begin, original_.data() + of.begin, of.size);
    }
    if (into_) into_->all_.push_back({&at, static_cast<std::uint32_t>(of.begin), static_cast<std::uint32_t>(of.size)});
  }

  char* text_;
  const std::vector<long_number>& numbers_;
  std::string_view original_;
  number_texts* into_ = nullptr;
  std::size_t index_ = 0;
  std::size_t next_ = 0;
  bool any_beyond_ = false;
};

namespace {

/// malloc, for all of RapidJSON's parts: without one each makes an object of its own for it.
rapidjson::CrtAllocator heap;

constexpr std::size_t parser_stack_bytes = 1024;

/// Parses a text that was checked. The document's strings point into a copy of the text that stands in its own memory.
outcome<document> parse_checked(std::string_view bytes, const scan& checked, document parsed, number_texts* numbers) {
  char* text = static_cast<char*>(parsed.GetAllocator().Malloc(bytes.size() + 1));
  std::memcpy(text, bytes.data(), bytes.size());
  text[bytes.size()] = '\0';
  number_keeper keeper(text, checked.long_numbers());
  keeper.hide();
  parsed.ParseInsitu<rapidjson::kParseFullPrecisionFlag>(text);
  if (parsed.HasParseError())
    return undecodable_at(std::string("not JSON: ") + rapidjson::GetParseError_En(parsed.GetParseError()), parsed.GetErrorOffset());
  if (checked.long_numbers().empty()) return parsed;
  keeper.restore(bytes, parsed, numbers);
  if (parsed.IsNumber() && keeper.any_beyond()) return undecodable_at("not JSON: Number too big to be stored in double.", 0);
  return parsed;
}

/// What can be told without parsing: UTF-8, and that no NUL ends the text early, as it would end RapidJSON's reading.
std::optional<problem> check_bytes(std::string_view bytes) {
  if (bytes.empty()) return problem{reason::undecodable, "not JSON: the text is empty"};
  if (const auto bad = find_invalid_utf8(bytes)) return undecodable_at("invalid UTF-8", *bad);
  if (const auto nul = bytes.find('\0'); nul != std::string_view::npos) return undecodable_at("not JSON: NUL", nul);
  return std::nullopt;
}

}  // namespace

outcome<document> parse(std::string_view bytes) {
  if (auto bad = check_bytes(bytes)) return *std::move(bad);
  scan ahead(bytes);
  if (auto bad = ahead.check()) return *std::move(bad);
  return parse_checked(bytes, ahead, document(), nullptr);
}

outcome<document> parse(std::string_view bytes, std::unique_ptr<pool>& memory, number_texts* numbers) {
  if (numbers) *numbers = number_texts();
  if (auto bad = check_bytes(bytes)) return *std::move(bad);
  scan ahead(bytes);
  if (auto bad = ahead.check()) return *std::move(bad);
  memory = make_pool(bytes.size() + 1 + ahead.tree_bytes() + alignof(std::max_align_t));
  return parse_checked(bytes, ahead, document(memory.get(), parser_stack_bytes, &heap), numbers);
}

std::string_view number_texts::of(const value& number) const noexcept {
  const auto found = std::ranges::lower_bound(all_, &number, std::less{}, &entry::at);
  return found == all_.end() || found->at != &number ? std::string_view() : std::string_view(text_ + found->begin, found->size);
}

std::unique_ptr<pool> make_pool(std::size_t block_bytes) {
  return std::make_unique<pool>(block_bytes, &heap);
}

bool is_number(std::string_view text) noexcept { return !text.empty() && number_size(text) == text.size(); }

// The program stays in the C locale, so that strtod reads a point.
double nearest_double(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

}  // namespace leadrelay::json
