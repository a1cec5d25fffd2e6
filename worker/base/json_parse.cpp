#include "base/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <boost/json/basic_parser_impl.hpp>

#include "base/text.hpp"

namespace leadrelay::json {
namespace {

problem undecodable_at(std::string_view what, std::size_t at) {
  return {reason::undecodable, std::string(what) + " at byte " + std::to_string(at)};
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

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

}  // namespace

/// Makes a tree of what Boost.JSON's parser reads; its handler. Strings without escapes stand in the text itself.
class tree_maker {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<rapidjson::SizeType>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  using part = boost::json::string_view;
  using error_code = boost::json::error_code;

  /// `text` must outlive the tree.
  tree_maker(document& into, std::string_view text) noexcept : into_(into), text_(text) {}

  bool on_document_begin(error_code&) noexcept { return true; }
  bool on_document_end(error_code&) noexcept { return true; }
  bool on_object_begin(error_code&) { return into_.StartObject(); }
  bool on_object_end(std::size_t members, error_code&) { return into_.EndObject(static_cast<rapidjson::SizeType>(members)); }
  bool on_array_begin(error_code&) { return into_.StartArray(); }
  bool on_array_end(std::size_t items, error_code&) { return into_.EndArray(static_cast<rapidjson::SizeType>(items)); }
  bool on_key_part(part some, std::size_t, error_code&) { return begin_string(some); }
  bool on_key(part rest, std::size_t, error_code&) { return end_string(rest); }
  bool on_string_part(part some, std::size_t, error_code&) { return begin_string(some); }
  bool on_string(part rest, std::size_t, error_code&) { return end_string(rest); }
  bool on_number_part(part, error_code&) noexcept { return true; }
  bool on_int64(std::int64_t number, part text, error_code&) { return note_number(text) && into_.Int64(number); }
  bool on_uint64(std::uint64_t number, part text, error_code&) { return note_number(text) && into_.Uint64(number); }
  bool on_double(double, part text, error_code&) { return note_number(text) && into_.Double(held(nearest_double(text))); }
  bool on_bool(bool truth, error_code&) { return into_.Bool(truth); }
  bool on_null(error_code&) { return into_.Null(); }
  bool on_comment_part(part, error_code&) noexcept { return false; }
  bool on_comment(part, error_code&) noexcept { return false; }

  /// Whether a number is beyond all doubles.
  bool any_beyond() const noexcept { return any_beyond_; }

  /// Finds where the numbers of `parsed` stand of which it may hold less than the text says.
  void tell_numbers(const document& parsed, number_texts& into) {
    if (long_numbers_.empty() || parsed.IsNumber()) return;  // the document itself will move
    into.text_ = text_.data();
    into.all_.reserve(long_numbers_.size());
    visit(parsed, into.all_);
    std::ranges::sort(into.all_, std::less{}, &number_texts::entry::at);
  }

 private:
  /// Which of the text's numbers, and where it stands there.
  struct long_number {
    std::size_t index;
    std::uint32_t begin;
    std::uint32_t size;
  };

  bool begin_string(std::string_view some) {
    unescaped_ += some;
    return true;
  }

  bool end_string(std::string_view rest) {
    const auto size = [](std::string_view of) { return static_cast<rapidjson::SizeType>(of.size()); };
    if (unescaped_.empty()) return into_.String(rest.data(), size(rest), !stands_in_text(rest));
    unescaped_ += rest;
    const bool taken = into_.String(unescaped_.data(), size(unescaped_), true);
    unescaped_.clear();
    return taken;
  }

  bool stands_in_text(std::string_view part) const noexcept {
    return !std::less{}(part.data(), text_.data()) && !std::less{}(text_.data() + text_.size(), part.data() + part.size());
  }

  bool note_number(std::string_view text) {
    constexpr std::size_t most_plain_characters = 18;  // longer ones may be beyond 64 bits
    if (text.size() > most_plain_characters || text.find_first_of(".eE") != std::string_view::npos)
      long_numbers_.push_back({numbers_, static_cast<std::uint32_t>(text.data() - text_.data()), static_cast<std::uint32_t>(text.size())});
    ++numbers_;
    return true;
  }

  double held(double nearest) noexcept {
    constexpr double most = std::numeric_limits<double>::max();
    any_beyond_ = any_beyond_ || std::isinf(nearest);
    return std::clamp(nearest, -most, most);
  }

  /// A tree keeps the text's order, so that the numbers are found by counting.
  void visit(const value& at, std::vector<number_texts::entry>& found) {
    if (at.IsNumber()) {
      if (found.size() == long_numbers_.size() || long_numbers_[found.size()].index != visited_++) return;
      const long_number& of = long_numbers_[found.size()];
      found.push_back({&at, of.begin, of.size});
    } else if (at.IsArray()) {
      for (const value& item : at.GetArray()) visit(item, found);
    } else if (at.IsObject()) {
      for (const auto& member : at.GetObject()) visit(member.value, found);
    }
  }

  document& into_;
  std::string_view text_;
  std::string unescaped_;  ///< what has been read of a string with escapes
  std::vector<long_number> long_numbers_;
  std::size_t numbers_ = 0;
  std::size_t visited_ = 0;
  bool any_beyond_ = false;
};

namespace {

/// malloc, for all of RapidJSON's parts: without one each makes an object of its own for it.
rapidjson::CrtAllocator heap;

constexpr std::size_t parser_stack_bytes = 1024;

/// What RapidJSON finds wrong with a text that Boost.JSON has read to its last character; it has more words for it.
rapidjson::ParseErrorCode second_opinion(std::string_view bytes) {
  rapidjson::MemoryStream text(bytes.data(), bytes.size());
  rapidjson::BaseReaderHandler<> nobody;
  return rapidjson::Reader(&heap).Parse<rapidjson::kParseNumbersAsStringsFlag>(text, nobody).Code();
}

problem explain(std::string_view bytes, const boost::system::error_code& found, std::size_t at) {
  using boost::json::error;
  if (const auto bad = find_invalid_utf8(bytes)) return undecodable_at("invalid UTF-8", *bad);
  if (const auto nul = bytes.find('\0'); nul != std::string_view::npos) return undecodable_at("not JSON: NUL", nul);
  if (found == error::too_deep) return undecodable_at("nested beyond " + std::to_string(most_levels) + " levels", at);
  if (found == error::exponent_overflow) return undecodable_at("exponent beyond 2147483647", at);
  const rapidjson::ParseErrorCode code = second_opinion(bytes.substr(0, at + 1));
  if (found == error::illegal_leading_surrogate || found == error::illegal_trailing_surrogate ||
      code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
    return undecodable_at("lone surrogate escaped", at);
  const bool knows_more = code != rapidjson::kParseErrorNone && code != rapidjson::kParseErrorNumberTooBig;
  return undecodable_at("not JSON: " + (knows_more ? rapidjson::GetParseError_En(code) : found.message()), at);
}

/// The document's strings point into a copy of the text that stands in its own memory.
outcome<document> parse_into(std::string_view bytes, document parsed, number_texts* numbers) {
  char* const text = static_cast<char*>(parsed.GetAllocator().Malloc(bytes.size()));
  std::memcpy(text, bytes.data(), bytes.size());
  boost::json::parse_options options;
  options.max_depth = most_levels;
  boost::json::basic_parser<tree_maker> parser(options, parsed, std::string_view(text, bytes.size()));
  boost::system::error_code error;
  std::size_t read = 0;
  const auto read_all = [&](document&) {
    read = parser.write_some(false, text, bytes.size(), error);
    if (!error && read < bytes.size()) error = boost::json::error::extra_data;
    return !error;
  };
  parsed.Populate(read_all);
  if (error) return explain(bytes, error, read);
  if (parsed.IsNumber() && parser.handler().any_beyond()) return undecodable_at("not JSON: Number too big to be stored in double.", 0);
  if (numbers) parser.handler().tell_numbers(parsed, *numbers);
  return parsed;
}

}  // namespace

outcome<document> parse(std::string_view bytes) {
  if (bytes.empty()) return problem{reason::undecodable, "not JSON: the text is empty"};
  return parse_into(bytes, document(), nullptr);
}

outcome<document> parse(std::string_view bytes, std::unique_ptr<pool>& memory, number_texts* numbers) {
  if (numbers) *numbers = number_texts();
  if (bytes.empty()) return problem{reason::undecodable, "not JSON: the text is empty"};
  // One block has room for a short text and its tree; a long text has a block of its own.
  memory = make_pool(std::min(2 * bytes.size() + 256, std::size_t{4096}));
  return parse_into(bytes, document(memory.get(), parser_stack_bytes, &heap), numbers);
}

std::string_view number_texts::of(const value& number) const noexcept {
  const auto found = std::ranges::lower_bound(all_, &number, std::less{}, &entry::at);
  return found == all_.end() || found->at != &number ? std::string_view() : std::string_view(text_ + found->begin, found->size);
}

std::unique_ptr<pool> make_pool(std::size_t block_bytes) { return std::make_unique<pool>(block_bytes, &heap); }

bool is_number(std::string_view text) noexcept { return !text.empty() && number_size(text) == text.size(); }

// The program stays in the C locale, so that strtod reads a point.
double nearest_double(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

}  // namespace leadrelay::json
