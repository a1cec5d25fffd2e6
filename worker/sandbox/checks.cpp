#include "sandbox/checks.hpp"

#include <algorithm>

#include "base/date_time.hpp"
#include "base/text.hpp"

namespace leadrelay::sandbox {
namespace {

bool is_email(std::string_view text) noexcept {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.front() == '.' || domain.back() == '.' || domain.find("..") != std::string_view::npos) return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

/// `T` is the one separator that ISO 8601 knows; the project's parser takes a space as well.
bool is_date_time(std::string_view text) {
  return text.size() > 10 && (text[10] == 'T' || text[10] == 't') && parse_date_time(text).has_value();
}

bool is_iso8601(std::string_view text) { return is_date(text) || is_date_time(text) || is_date_time(std::string(text) + "Z"); }

}  // namespace

bool checks::fail(std::string_view field, std::string_view code, std::string_view message) {
  found_.push_back({std::string(field), code, std::string(message)});
  return false;
}

bool checks::unknown(std::string_view field) {
  return unknown_pass_ || fail(printable(field, 60), "unknown_field", "is not a field of this request");
}

bool checks::text(std::string_view field, const json::value& value) {
  return value.IsString() || fail(field, "invalid_type", "must be a string");
}

bool checks::text(std::string_view field, const json::value& value, std::size_t least, std::size_t most) {
  if (!text(field, value)) return false;
  const std::size_t length = count_code_points(json::text(value));
  if (length < least) return fail(field, "too_short", "must have at least " + std::to_string(least) + " characters");
  return length <= most || fail(field, "too_long", "must have at most " + std::to_string(most) + " characters");
}

bool checks::number(std::string_view field, const json::value& value) {
  return value.IsNumber() || fail(field, "invalid_type", "must be a number");
}

bool checks::boolean(std::string_view field, const json::value& value) {
  return value.IsBool() || fail(field, "invalid_type", "must be a boolean");
}

bool checks::one_of(std::string_view field, const json::value& value, std::span<const std::string_view> words) {
  if (!text(field, value)) return false;
  if (std::find(words.begin(), words.end(), json::text(value)) != words.end()) return true;
  std::string message = "must be one of";
  for (const std::string_view word : words) message.append(" ").append(word);
  return fail(field, "invalid_value", message);
}

bool checks::email(std::string_view field, const json::value& value) {
  return text(field, value) && (is_email(json::text(value)) || fail(field, "invalid_email", "must be an email address"));
}

bool checks::uuid(std::string_view field, const json::value& value) {
  return text(field, value) && (is_uuid(json::text(value)) || fail(field, "invalid_uuid", "must be a UUID"));
}

bool checks::date(std::string_view field, const json::value& value) {
  return text(field, value) && (is_date(json::text(value)) || fail(field, "invalid_date", "must be a date, YYYY-MM-DD"));
}

bool checks::date_time(std::string_view field, const json::value& value) {
  return text(field, value) && (is_date_time(json::text(value)) || fail(field, "invalid_date", "must be a date and time of RFC 3339"));
}

bool checks::iso8601(std::string_view field, const json::value& value) {
  return text(field, value) && (is_iso8601(json::text(value)) || fail(field, "invalid_date", "must be an ISO 8601 date"));
}

bool checks::object(std::string_view field, const json::value& value) {
  return value.IsObject() || fail(field, "invalid_type", "must be an object");
}

bool checks::json_bytes(std::string_view field, const json::value& value, std::size_t most) {
  return json::serialized_size(value) <= most || fail(field, "too_large", "must have at most " + std::to_string(most) + " bytes of JSON");
}

bool checks::members(std::string_view field, const json::value& value, std::span<const member_shape> shapes) {
  if (!object(field, value)) return false;
  bool well = true;
  for (const auto& member : value.GetObject()) {
    const std::string_view name = json::text(member.name);
    const std::string path = std::string(field) + "." + std::string(name);
    const auto as = std::find_if(shapes.begin(), shapes.end(), [&](const member_shape& each) { return each.name == name; });
    well = (as == shapes.end() ? unknown(path) : shaped(path, member.value, *as)) && well;
  }
  return well;
}

bool checks::shaped(const std::string& field, const json::value& value, const member_shape& as) {
  if (value.IsNull()) return true;
  switch (as.kind) {
    case shape::text: return text(field, value);
    case shape::number: return number(field, value);
    case shape::boolean: return boolean(field, value);
    case shape::date: return date(field, value);
    case shape::date_time: return date_time(field, value);
    case shape::object: return members(field, value, as.members);
  }
  return false;
}

const json::value* last_member(const json::value& object, std::string_view name) noexcept {
  const json::value* last = nullptr;
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member)
    if (json::text(member->name) == name) last = &member->value;
  return last;
}

}  // namespace leadrelay::sandbox
