#include "providers/check_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/date_time.hpp"
#include "base/text.hpp"
#include "providers/append_json.hpp"

namespace leadrelay::providers {
namespace {

using problem_text = std::optional<std::string>;

/// A number and the text that says all of it, where there is one.
struct number {
  double nearest;
  std::string_view text;
};

/// Whether a JSON number has no fraction, however it is written: 1.50e1 has none.
bool is_whole(std::string_view text) noexcept {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, e);
  const std::size_t last = digits.find_last_of("123456789");
  if (last == std::string_view::npos) return true;
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto at = static_cast<std::int64_t>(last);
  const std::int64_t power = at < point ? point - 1 - at : point - at;  // of ten, that the last digit counts
  if (e == std::string_view::npos) return power >= 0;
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int32_t value = 0;
  if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), value).ec != std::errc{}) return !exponent.starts_with('-');
  return power + value >= 0;
}

std::string expected(const value_rule& rule) {
  constexpr std::array<std::pair<value_kind, std::string_view>, 6> words{{{takes_string, "a string"},
                                                                          {takes_number, "a number"},
                                                                          {takes_numeric_string, "a numeric string"},
                                                                          {takes_boolean, "a boolean"},
                                                                          {takes_object, "an object"},
                                                                          {takes_list, "an array"}}};
  std::string out;
  for (const auto& [kind, word] : words) {
    if (!(rule.kinds & kind)) continue;
    if (!out.empty()) out += " or ";
    out += word;
  }
  return out;
}

std::string format_number(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

problem_text check_number(const value_rule& rule, const number& given) {
  if (!std::isfinite(given.nearest)) return "beyond the range of a double";
  const bool whole = given.text.empty() ? given.nearest == std::trunc(given.nearest) : is_whole(given.text);
  if (rule.whole_number && !whole) return "a fraction, expected a whole number";
  if (rule.least && given.nearest < *rule.least) return "less than " + format_number(*rule.least);
  if (rule.most && given.nearest > *rule.most) return "more than " + format_number(*rule.most);
  return std::nullopt;
}

/// Refuses only what surely is none: the provider's own check is the one that counts.
bool looks_like_email(std::string_view text) noexcept {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.starts_with('.') || domain.ends_with('.') || domain.find("..") != std::string_view::npos) return false;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
  return true;
}

problem_text check_format(text_format format, std::string_view text) {
  switch (format) {
    case text_format::none: break;
    case text_format::email: return looks_like_email(text) ? problem_text() : "not an e-mail address";
    case text_format::uuid: return is_uuid(text) ? problem_text() : "not a UUID";
    case text_format::date: return is_date(text) ? problem_text() : "not a date, expected YYYY-MM-DD";
    case text_format::date_time:
      return parse_date_time(text) ? problem_text() : "not a date-time, expected ISO 8601 such as 2026-11-21T10:00:00Z";
  }
  return std::nullopt;
}

std::string counted(std::size_t count, std::string_view unit, std::string_view bound, std::size_t limit) {
  return std::to_string(count) + " " + std::string(unit) + ", " + std::string(bound) + " " + std::to_string(limit);
}

problem_text check_choice(const value_rule& rule, std::string_view text) {
  if (rule.one_of.empty()) return std::nullopt;
  std::string words;
  for (const std::string& word : rule.one_of) {
    if (word == text) return std::nullopt;
    words += (words.empty() ? "" : ", ") + word;
  }
  return "not one of " + words;
}

problem_text check_text(const value_rule& rule, std::string_view text) {
  if (rule.least_characters || rule.most_characters) {
    const std::size_t count = count_code_points(text);
    if (rule.least_characters && count < *rule.least_characters) return counted(count, "characters", "at least", *rule.least_characters);
    if (rule.most_characters && count > *rule.most_characters) return counted(count, "characters", "at most", *rule.most_characters);
  }
  if (auto wrong = check_choice(rule, text)) return wrong;
  return check_format(rule.format, text);
}

problem_text check_element(element_rule rule, const json::value& element) {
  if (rule == element_rule::string && !element.IsString()) return std::string(json::kind(element)) + " inside, expected strings only";
  if (rule == element_rule::pair_of_strings &&
      !(element.IsArray() && element.Size() == 2 && element[0].IsString() && element[1].IsString()))
    return "each item must be an array of two strings";
  return std::nullopt;
}

problem_text check_elements(element_rule rule, const json::value& given) {
  if (rule == element_rule::any) return std::nullopt;
  if (given.IsArray())
    for (const json::value& item : given.GetArray())
      if (auto wrong = check_element(rule, item)) return wrong;
  if (given.IsObject())
    for (const auto& member : given.GetObject())
      if (auto wrong = check_element(rule, member.value)) return wrong;
  return std::nullopt;
}

problem_text check_string(const value_rule& rule, std::string_view text) {
  if (rule.kinds & takes_string) return check_text(rule, text);
  if ((rule.kinds & takes_numeric_string) || (rule.converts && (rule.kinds & takes_number)))
    return json::is_number(text) ? check_number(rule, {json::nearest_double(text), text})
                                 : "a string that is no number, expected " + expected(rule);
  return "a string, expected " + expected(rule);
}

number number_of(const json::value& given, const json::number_texts& numbers) {
  const std::string_view text = numbers.of(given);
  return {text.empty() ? given.GetDouble() : json::nearest_double(text), text};
}

problem_text check_kind(const value_rule& rule, const json::value& given, const json::number_texts& numbers) {
  if (given.IsString()) return check_string(rule, json::text(given));
  if (given.IsNumber() && (rule.kinds & takes_number)) return check_number(rule, number_of(given, numbers));
  if (given.IsBool() && (rule.kinds & takes_boolean)) return std::nullopt;
  if (given.IsObject() && (rule.kinds & takes_object)) return check_elements(rule.elements, given);
  if (given.IsArray() && (rule.kinds & takes_list)) return check_elements(rule.elements, given);
  if (rule.converts && (rule.kinds & takes_string) && (given.IsNumber() || given.IsBool()))
    return check_text(rule, to_json(given, numbers));
  return std::string(json::kind(given)) + ", expected " + expected(rule);
}

}  // namespace

std::optional<std::string> check_value(const value_rule& rule, const json::value& given, const json::number_texts& numbers) {
  if (auto wrong = check_kind(rule, given, numbers)) return wrong;
  if (!rule.most_json_bytes) return std::nullopt;
  const std::size_t bytes = numbers.empty() ? json::serialized_size(given) : to_json(given, numbers).size();
  if (bytes > *rule.most_json_bytes) return counted(bytes, "bytes of JSON", "at most", *rule.most_json_bytes);
  return std::nullopt;
}

std::optional<std::string> convert_value(const value_rule& rule, const json::value& given, const json::number_texts& numbers) {
  if (!rule.converts) return std::nullopt;
  if (given.IsString() && !(rule.kinds & (takes_string | takes_numeric_string))) return std::string(json::text(given));
  const bool fits = (given.IsNumber() && (rule.kinds & takes_number)) || (given.IsBool() && (rule.kinds & takes_boolean));
  if (fits || !(given.IsNumber() || given.IsBool())) return std::nullopt;
  return '"' + to_json(given, numbers) + '"';
}

}  // namespace leadrelay::providers
