#include "base/json.hpp"

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

/// The end of the string whose opening quote is at `at`, or a problem where it escapes a lone surrogate.
outcome<std::size_t> skip_string(std::string_view bytes, std::size_t at) {
  for (++at; at < bytes.size(); ++at) {
    if (bytes[at] == '"') return at;
    if (bytes[at] != '\\') continue;
    const int unit = escaped_unit(bytes, at);
    if (unit >= 0xDC00 && unit <= 0xDFFF)
      return problem{reason::undecodable, "lone surrogate escaped at byte " + std::to_string(at)};
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      const int low = escaped_unit(bytes, at + 6);
      if (low < 0xDC00 || low > 0xDFFF)
        return problem{reason::undecodable, "lone surrogate escaped at byte " + std::to_string(at)};
      at += 11;
      continue;
    }
    ++at;
  }
  return at;
}

outcome<void> check_nesting_and_escapes(std::string_view bytes) {
  int level = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (c == '"') {
      const auto end = skip_string(bytes, at);
      if (!end) return end.error();
      at = *end;
    } else if (c == '{' || c == '[') {
      if (++level > most_levels)
        return problem{reason::undecodable, "nested beyond " + std::to_string(most_levels) + " levels at byte " + std::to_string(at)};
    } else if (c == '}' || c == ']') {
      --level;
    }
  }
  return {};
}

}  // namespace

outcome<document> parse(std::string_view bytes) {
  if (const auto bad = find_invalid_utf8(bytes)) return problem{reason::undecodable, "invalid UTF-8 at byte " + std::to_string(*bad)};
  if (const auto checked = check_nesting_and_escapes(bytes); !checked) return checked.error();
  document parsed;
  parsed.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(bytes.data(), bytes.size());
  if (parsed.HasParseError())
    return problem{reason::undecodable, std::string("not JSON: ") + rapidjson::GetParseError_En(parsed.GetParseError()) + " At byte " +
                                            std::to_string(parsed.GetErrorOffset())};
  return parsed;
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
  buffer quoted;
  writer writes(quoted);
  writes.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  out.append(quoted.GetString(), quoted.GetSize());
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
