#include "base/json.hpp"

#include <cstring>
#include <optional>
#include <utility>

#include <rapidjson/error/en.h>

#include "base/text.hpp"

namespace leadrelay::json {
namespace {

/// Counts what would be written; a RapidJSON output stream.
struct counting_stream {
  using Ch = char;
  void Put(char) { ++count; }
  void Flush() {}
  std::size_t count = 0;
};

/// A character that may not stand in a JSON string as it is (RFC 8259 section 7).
void append_escaped(std::string& out, unsigned char byte) {
  constexpr char hex_digits[] = "0123456789ABCDEF";
  switch (byte) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
  }
}

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

/// Walks over a text that may be JSON before a tree is built of it.
class scan {
 public:
  explicit scan(std::string_view bytes) noexcept : bytes_(bytes) {}

  /// The first problem, if any. Where brackets and quotes are out of order the parser stops at the first place that is, and up to
  /// there both read alike.
  std::optional<problem> check() {
    int level = 0;
    for (at_ = 0; at_ < bytes_.size() && !found_; ++at_) {
      switch (bytes_[at_]) {
        case '"': skip_string(); break;
        case '{':
        case '[':
          ++values_;
          if (++level > most_levels) found_ = undecodable_at("nested beyond " + std::to_string(most_levels) + " levels", at_);
          break;
        case '}':
        case ']': --level; break;
        case ',': ++values_; break;
        case ':': ++members_; break;
        default: break;
      }
    }
    return std::move(found_);
  }

  /// Bytes of the tree that the text parses to, its characters not counted; never too few.
  std::size_t tree_bytes() const noexcept { return members_ * sizeof(value::Member) + values_ * sizeof(value); }

 private:
  /// From the opening quote to the closing one.
  void skip_string() {
    for (++at_; at_ < bytes_.size() && bytes_[at_] != '"'; ++at_) {
      if (bytes_[at_] == '\\') skip_escape();
      if (found_) return;
    }
  }

  /// From the backslash to the last character of the escape.
  void skip_escape() {
    const int unit = escaped_unit(bytes_, at_);
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    const int low = high ? escaped_unit(bytes_, at_ + 6) : 0;
    if ((unit >= 0xDC00 && unit <= 0xDFFF) || (high && (low < 0xDC00 || low > 0xDFFF))) {
      found_ = undecodable_at("lone surrogate escaped", at_);
      return;
    }
    at_ += high ? 11 : 1;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t members_ = 0;
  std::size_t values_ = 0;
  std::optional<problem> found_;
};

/// Parses a text that was checked. The document's strings point into a copy of the text that stands in its own memory.
outcome<document> parse_checked(std::string_view bytes, document parsed) {
  char* text = static_cast<char*>(parsed.GetAllocator().Malloc(bytes.size() + 1));
  std::memcpy(text, bytes.data(), bytes.size());
  text[bytes.size()] = '\0';
  parsed.ParseInsitu<rapidjson::kParseFullPrecisionFlag>(text);
  if (parsed.HasParseError())
    return undecodable_at(std::string("not JSON: ") + rapidjson::GetParseError_En(parsed.GetParseError()), parsed.GetErrorOffset());
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
  if (auto bad = scan(bytes).check()) return *std::move(bad);
  return parse_checked(bytes, document());
}

outcome<document> parse(std::string_view bytes, std::unique_ptr<pool>& memory) {
  if (auto bad = check_bytes(bytes)) return *std::move(bad);
  scan ahead(bytes);
  if (auto bad = ahead.check()) return *std::move(bad);
  memory = make_pool(bytes.size() + 1 + ahead.tree_bytes() + alignof(std::max_align_t));
  return parse_checked(bytes, document(memory.get()));
}

std::unique_ptr<pool> make_pool(std::size_t block_bytes) {
  static rapidjson::CrtAllocator heap;
  return std::make_unique<pool>(block_bytes, &heap);
}

const value* find(const value& object, std::string_view name) noexcept {
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member)
    if (text(member->name) == name) return &member->value;
  return nullptr;
}

std::string serialize(const value& value) {
  buffer out;
  writer writes(out);
  value.Accept(writes);
  return {out.GetString(), out.GetSize()};
}

std::size_t serialized_size(const value& value) {
  counting_stream out;
  rapidjson::Writer<counting_stream> writes(out);
  value.Accept(writes);
  return out.count;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // from here on nothing needs an escape
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, plain, at - plain);
    append_escaped(out, byte);
    plain = at + 1;
  }
  out.append(text, plain);
  out += '"';
}

std::string_view kind(const value& value) noexcept {
  switch (value.GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType: return "a boolean";
    case rapidjson::kObjectType: return "an object";
    case rapidjson::kArrayType: return "an array";
    case rapidjson::kStringType: return "a string";
    case rapidjson::kNumberType: return "a number";
  }
  return "unknown";
}

}  // namespace leadrelay::json
