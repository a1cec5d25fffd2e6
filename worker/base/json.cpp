#include "base/json.hpp"

#include "base/json_scan.hpp"

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

}  // namespace

const value* find(const value& object, std::string_view name) noexcept {
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member)
    if (text(member->name) == name) return &member->value;
  return nullptr;
}

std::string serialize(const value& value) {
  buffer out;
  plain_writer<buffer> writes(out);
  value.Accept(writes);
  return {out.GetString(), out.GetSize()};
}

std::size_t serialized_size(const value& value) {
  counting_stream out;
  plain_writer<counting_stream> writes(out);
  value.Accept(writes);
  return out.count;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // from here on nothing needs an escape
  for (std::size_t at = find_to_escape(text, 0); at < text.size(); at = find_to_escape(text, plain)) {
    out.append(text, plain, at - plain);
    append_escaped(out, static_cast<unsigned char>(text[at]));
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
