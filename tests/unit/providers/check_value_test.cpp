#include "providers/check_value.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace leadrelay::providers {
namespace {

/// A value that stands in a list, as a number's text is not kept where it is the whole document.
struct listed {
  explicit listed(std::string_view text) : document(json::parse("[" + std::string(text) + "]", memory, &numbers)) {
    EXPECT_TRUE(document) << text;
  }
  const json::value& value() const { return (*document)[0]; }

  std::unique_ptr<json::pool> memory;
  json::number_texts numbers;
  outcome<json::document> document;
};

std::string checked(const value_rule& rule, std::string_view text) {
  const listed given(text);
  return check_value(rule, given.value(), given.numbers).value_or("fine");
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string out = "\"";
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out + '"';
}

value_rule kinds(unsigned bits) {
  value_rule out;
  out.kinds = bits;
  return out;
}

struct kind_case {
  unsigned kinds;
  const char* json;
  const char* says;
};

TEST(check_value, kind_is_checked) {
  const kind_case cases[] = {
      {takes_string, R"("x")", "fine"},
      {takes_string, "1", "a number, expected a string"},
      {takes_string, "null", "null, expected a string"},
      {takes_string, "true", "a boolean, expected a string"},
      {takes_string, "{}", "an object, expected a string"},
      {takes_string, "[]", "an array, expected a string"},
      {takes_number, "1.5", "fine"},
      {takes_number, R"("1.5")", "a string, expected a number"},
      {takes_number | takes_numeric_string, R"("1.5")", "fine"},
      {takes_number | takes_numeric_string, R"("-0.5e+3")", "fine"},
      {takes_number | takes_numeric_string, R"("")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"("01")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"("1.")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"("1e")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"("-")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"(" 1")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"("1e999")", "beyond the range of a double"},
      {takes_number | takes_numeric_string, R"("NaN")", "a string that is no number, expected a number or a numeric string"},
      {takes_number | takes_numeric_string, R"("0x10")", "a string that is no number, expected a number or a numeric string"},
      {takes_boolean, "false", "fine"},
      {takes_boolean, R"("false")", "a string, expected a boolean"},
      {takes_object, "{}", "fine"},
      {takes_object, "[]", "an array, expected an object"},
      {takes_list, "[1]", "fine"},
      {takes_list | takes_object, "3", "a number, expected an object or an array"},
  };
  for (const auto& each : cases) EXPECT_EQ(checked(kinds(each.kinds), each.json), each.says) << each.json;
}

TEST(check_value, characters_are_code_points) {
  value_rule rule;
  rule.least_characters = 1;
  rule.most_characters = 50;
  EXPECT_EQ(checked(rule, R"("")"), "0 characters, at least 1");
  EXPECT_EQ(checked(rule, R"("x")"), "fine");
  for (const std::string_view piece : {"x", "é", "漢", "😀"}) {
    EXPECT_EQ(checked(rule, repeated(piece, 50)), "fine") << piece;
    EXPECT_EQ(checked(rule, repeated(piece, 51)), "51 characters, at most 50") << piece;
  }
}

TEST(check_value, json_bytes_are_of_the_compact_form) {
  value_rule rule = kinds(takes_object | takes_list);
  rule.most_json_bytes = 9;
  EXPECT_EQ(checked(rule, R"(  { "a" :  "b" } )"), "fine");
  EXPECT_EQ(checked(rule, R"({"a":"bc"})"), "10 bytes of JSON, at most 9");
  EXPECT_EQ(checked(rule, R"({"a":"\u00e9"})"), "10 bytes of JSON, at most 9");
  EXPECT_EQ(checked(rule, R"({"a":"\n"})"), "10 bytes of JSON, at most 9");
}

TEST(check_value, number_bounds_hold_on_both_sides) {
  value_rule rule = kinds(takes_number | takes_numeric_string);
  rule.least = 0;
  rule.most = 10.5;
  EXPECT_EQ(checked(rule, "0"), "fine");
  EXPECT_EQ(checked(rule, "-0.1"), "less than 0");
  EXPECT_EQ(checked(rule, "10.5"), "fine");
  EXPECT_EQ(checked(rule, "10.51"), "more than 10.5");
  EXPECT_EQ(checked(rule, R"("11")"), "more than 10.5");
}

TEST(check_value, fraction_where_a_whole_number_is_wanted_is_refused) {
  value_rule rule = kinds(takes_number);
  rule.whole_number = true;
  EXPECT_EQ(checked(rule, "375"), "fine");
  EXPECT_EQ(checked(rule, "375.0"), "fine");
  EXPECT_EQ(checked(rule, "18446744073709551615"), "fine");
  EXPECT_EQ(checked(rule, "375.5"), "a fraction, expected a whole number");
}

TEST(check_value, whole_numbers_are_told_from_fractions_beyond_a_double) {
  value_rule rule = kinds(takes_number | takes_numeric_string);
  rule.whole_number = true;
  for (const std::string number : {"12345678901234567890123", "1e22", "1.50e1", "0.00", "0e-9", "-2E+3", "120e-1", "0e2147483647",
                                   "0e-2147483647", "1000000000000000000000.0", "375.000000000000000000000"}) {
    EXPECT_EQ(checked(rule, number), "fine") << number;
    EXPECT_EQ(checked(rule, '"' + number + '"'), "fine") << number;
  }
  for (const std::string number : {"1.00000000000000000000001", "12345678901234567890123.5", "1.25e1", "1e-1", "1e-400", "1e-2147483647",
                                   "9007199254740993.5", "0.0000000000000000000001"}) {
    EXPECT_EQ(checked(rule, number), "a fraction, expected a whole number") << number;
    EXPECT_EQ(checked(rule, '"' + number + '"'), "a fraction, expected a whole number") << number;
  }
}

TEST(check_value, number_beyond_a_double_is_refused_where_a_number_is_meant_and_taken_where_anything_is) {
  for (const char* number : {"1e309", "-1e309", "1234e306", "1e2147483647", "17976931348623159e292"}) {
    EXPECT_EQ(checked(kinds(takes_number), number), "beyond the range of a double") << number;
    EXPECT_EQ(checked(kinds(takes_list), "[" + std::string(number) + "]"), "fine") << number;
  }
  EXPECT_EQ(checked(kinds(takes_number), "1e308"), "fine");
  EXPECT_EQ(checked(kinds(takes_number), "1e-400"), "fine");
}

TEST(check_value, json_bytes_count_a_number_as_it_is_sent) {
  value_rule rule = kinds(takes_list);
  rule.most_json_bytes = 25;
  EXPECT_EQ(checked(rule, "[12345678901234567890123]"), "fine");
  EXPECT_EQ(checked(rule, "[123456789012345678901234]"), "26 bytes of JSON, at most 25");
}

TEST(check_value, word_outside_the_list_is_refused_without_showing_it) {
  value_rule rule;
  rule.one_of = {"qualified", "won", "lost"};
  EXPECT_EQ(checked(rule, R"("won")"), "fine");
  EXPECT_EQ(checked(rule, R"("Won")"), "not one of qualified, won, lost");
  EXPECT_EQ(checked(rule, R"("secret")"), "not one of qualified, won, lost");
}

TEST(check_value, formats_are_checked) {
  const auto format = [](text_format wanted) {
    value_rule rule;
    rule.format = wanted;
    return rule;
  };
  const char* const no_email = "not an e-mail address";
  for (const char* good : {R"("a@b")", R"("client1+74049788@example.com")", R"("\"a@b\"@c.de")", R"("ü@bücher.example")"})
    EXPECT_EQ(checked(format(text_format::email), good), "fine") << good;
  for (const char* bad : {R"("")", R"("a")", R"("@b")", R"("a@")", R"("a b@c")", R"("a@b\n")", R"("a@.b")", R"("a@b.")", R"("a@b..c")"})
    EXPECT_EQ(checked(format(text_format::email), bad), no_email) << bad;
  EXPECT_EQ(checked(format(text_format::uuid), R"("aa0e8400-e29b-41d4-a716-446655440005")"), "fine");
  EXPECT_EQ(checked(format(text_format::uuid), R"("AA0E8400-E29B-41D4-A716-446655440005")"), "fine");
  EXPECT_EQ(checked(format(text_format::uuid), R"("aa0e8400e29b41d4a716446655440005")"), "not a UUID");
  EXPECT_EQ(checked(format(text_format::uuid), R"("aa0e8400-e29b-41d4-a716-44665544000")"), "not a UUID");
  EXPECT_EQ(checked(format(text_format::date), R"("1987-07-13")"), "fine");
  EXPECT_EQ(checked(format(text_format::date), R"("1987-02-29")"), "not a date, expected YYYY-MM-DD");
  EXPECT_EQ(checked(format(text_format::date), R"("1987-07-13T00:00:00Z")"), "not a date, expected YYYY-MM-DD");
  EXPECT_EQ(checked(format(text_format::date_time), R"("2025-07-12T10:00:00Z")"), "fine");
  EXPECT_EQ(checked(format(text_format::date_time), R"("tomorrow")"), "not a date-time, expected ISO 8601 such as 2026-11-21T10:00:00Z");
}

TEST(check_value, elements_are_checked) {
  value_rule pairs = kinds(takes_list);
  pairs.elements = element_rule::pair_of_strings;
  EXPECT_EQ(checked(pairs, "[]"), "fine");
  EXPECT_EQ(checked(pairs, R"([["q","a"],["q","a"]])"), "fine");
  for (const char* bad : {R"(["q"])", R"([["q"]])", R"([["q","a","b"]])", R"([["q",1]])", R"([{"q":"a"}])", "[[null,null]]"})
    EXPECT_EQ(checked(pairs, bad), "each item must be an array of two strings") << bad;
  value_rule texts = kinds(takes_object);
  texts.elements = element_rule::string;
  EXPECT_EQ(checked(texts, R"({"a":"b"})"), "fine");
  EXPECT_EQ(checked(texts, R"({"a":1})"), "a number inside, expected strings only");
  EXPECT_EQ(checked(texts, R"({"a":null})"), "null inside, expected strings only");
}

TEST(convert_value, number_and_string_become_each_other) {
  const auto converted = [](unsigned bits, std::string_view text) {
    value_rule rule = kinds(bits);
    rule.converts = true;
    EXPECT_EQ(checked(rule, text), "fine");
    const listed given(text);
    return convert_value(rule, given.value(), given.numbers).value_or("as it is");
  };
  EXPECT_EQ(converted(takes_string, "12345678901234567890123"), R"("12345678901234567890123")");
  EXPECT_EQ(converted(takes_string, "1.50"), R"("1.50")");
  EXPECT_EQ(converted(takes_number, R"("0.1234567890123456789")"), "0.1234567890123456789");
  EXPECT_EQ(converted(takes_string, "142"), R"("142")");
  EXPECT_EQ(converted(takes_string, "1.5"), R"("1.5")");
  EXPECT_EQ(converted(takes_string, "true"), R"("true")");
  EXPECT_EQ(converted(takes_string, R"("142")"), "as it is");
  EXPECT_EQ(converted(takes_number, R"("142")"), "142");
  EXPECT_EQ(converted(takes_number, "142"), "as it is");
  EXPECT_EQ(converted(takes_number | takes_numeric_string, R"("142")"), "as it is");
  value_rule rule = kinds(takes_number);
  rule.converts = true;
  EXPECT_EQ(checked(rule, R"("142 or so")"), "a string that is no number, expected a number");
  EXPECT_EQ(checked(rule, "true"), "a boolean, expected a number");
}

TEST(convert_value, bounds_are_of_what_is_sent) {
  value_rule rule;
  rule.converts = true;
  rule.most_characters = 3;
  EXPECT_EQ(checked(rule, "142"), "fine");
  EXPECT_EQ(checked(rule, "1420"), "4 characters, at most 3");
}

}  // namespace
}  // namespace leadrelay::providers
