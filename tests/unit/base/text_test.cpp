#include "base/text.hpp"

#include <array>
#include <random>

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

using namespace std::string_literals;

TEST(find_invalid_utf8, well_formed_text_has_none) {
  for (const std::string& text : {""s, "plain"s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s,
                                  "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "Zoë 李 😀 and more"s})
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt) << printable(text);
}

TEST(find_invalid_utf8, ill_formed_bytes_are_found_at_every_offset) {
  const std::array bad{"\x80"s,
                       "\xBF"s,
                       "\xC0\x80"s,
                       "\xC1\xBF"s,
                       "\xC2"s,
                       "\xC2\x41"s,
                       "\xC2\xC2"s,
                       "\xE0\x80\x80"s,
                       "\xE0\x9F\xBF"s,
                       "\xE1\x80"s,
                       "\xE1\x80\x41"s,
                       "\xED\xA0\x80"s,
                       "\xED\xBF\xBF"s,
                       "\xEF\xBF"s,
                       "\xF0\x80\x80\x80"s,
                       "\xF0\x8F\xBF\xBF"s,
                       "\xF0\x90\x80"s,
                       "\xF4\x90\x80\x80"s,
                       "\xF5\x80\x80\x80"s,
                       "\xF8\x88\x80\x80\x80"s,
                       "\xFE"s,
                       "\xFF"s};
  for (const std::string& bytes : bad)
    for (std::size_t before = 0; before < 20; ++before) {
      EXPECT_EQ(find_invalid_utf8(std::string(before, 'a') + bytes), before) << printable(bytes);
      EXPECT_EQ(find_invalid_utf8(std::string(before, 'a') + bytes + "aaaaaaaaaaaaaaaa"), before) << printable(bytes);
    }
}

TEST(count_code_points, counts_characters_not_bytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("aë李😀"), 4u);
}

TEST(truncate_utf8, never_ends_inside_a_code_point) {
  EXPECT_EQ(truncate_utf8("aë", 2), "a");
  EXPECT_EQ(truncate_utf8("aë", 3), "aë");
  EXPECT_EQ(truncate_utf8("😀", 3), "");
  EXPECT_EQ(truncate_utf8("", 0), "");
  EXPECT_EQ(truncate_utf8("abc", 0), "");
  const std::string text = "a李😀ë";
  for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
    EXPECT_LE(truncate_utf8(text, bytes).size(), bytes);
    EXPECT_EQ(find_invalid_utf8(truncate_utf8(text, bytes)), std::nullopt);
  }
}

TEST(truncate_utf8, bytes_that_are_no_utf8_are_cut_where_asked) { EXPECT_EQ(truncate_utf8(std::string(100, '\x80'), 40).size(), 40u); }

TEST(append_percent_encoded, all_but_unreserved_is_encoded) {
  std::string out = "/leads/";
  append_percent_encoded(out, "aZ09-._~ /?#%&=+:@\n\0"s + "ë");
  EXPECT_EQ(out, "/leads/aZ09-._~%20%2F%3F%23%25%26%3D%2B%3A%40%0A%00%C3%AB");
}

TEST(printable, text_stays_as_it_is) { EXPECT_EQ(printable("Zoë \\ 😀"), "Zoë \\ 😀"); }

TEST(printable, what_steers_a_terminal_or_breaks_a_line_is_escaped) {
  EXPECT_EQ(printable("a\nb\r\t\x1B[2J\x7F"s + "\0"s), "a\\x0Ab\\x0D\\x09\\x1B[2J\\x7F\\x00");
  EXPECT_EQ(printable("\xC2\x85\xC2\x9B"), "\\xC2\\x85\\xC2\\x9B");
  EXPECT_EQ(printable("\xE2\x80\xA8\xE2\x80\xA9"), "\\xE2\\x80\\xA8\\xE2\\x80\\xA9");
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");
}

TEST(printable, what_shows_text_in_another_order_is_escaped) {
  EXPECT_EQ(printable("\u061C"), "\\xD8\\x9C");
  EXPECT_EQ(printable("a\u200Eb\u200F"), "a\\xE2\\x80\\x8Eb\\xE2\\x80\\x8F");
  for (const char* one : {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"})
    EXPECT_EQ(printable(one).size(), 12u) << one;
  for (const char* near : {"\u061B", "\u061D", "\u200D", "\u2010", "\u2027", "\u202F", "\u2065", "\u206A", "\u05D0", "\u0627"})
    EXPECT_EQ(printable(near), near);
}

TEST(printable, invalid_utf8_is_escaped_byte_by_byte) {
  EXPECT_EQ(printable("a\xC3(\xFF"), "a\\xC3(\\xFF");
  EXPECT_EQ(printable(std::string(3, '\x80'), 2), "\\x80\\x80…");
}

TEST(printable, long_text_is_cut) {
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("abë", 3), "ab…");
}

TEST(printable, random_bytes_become_one_line_of_utf8) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string shown = printable(bytes, random() % 70);
    EXPECT_EQ(find_invalid_utf8(shown), std::nullopt);
    for (const char c : shown) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
}

TEST(did_you_mean, nearest_candidate_within_reach_is_named) {
  constexpr std::array<std::string_view, 4> known{"first_name", "last_name", "base_url", "per"};
  EXPECT_EQ(did_you_mean("frist_name", known), "first_name");
  EXPECT_EQ(did_you_mean("BASE_URL", known), "base_url");
  EXPECT_EQ(did_you_mean("baseurl", known), "base_url");
  EXPECT_EQ(did_you_mean("questionnaire", known), std::nullopt);
  EXPECT_EQ(did_you_mean("", known), std::nullopt);
  EXPECT_EQ(did_you_mean("word", {}), std::nullopt);
}

TEST(is_uuid, takes_the_form_in_either_case) {
  EXPECT_TRUE(is_uuid("550e8400-e29b-41d4-a716-446655440000"));
  EXPECT_TRUE(is_uuid("550E8400-E29B-41D4-A716-44665544ABCD"));
  for (const char* text :
       {"", "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000", "550e8400-e29b-41d4-a716-4466554400000",
        "g50e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716_446655440000", "{50e8400-e29b-41d4-a716-446655440000"})
    EXPECT_FALSE(is_uuid(text)) << text;
}

TEST(equal_without_case, compares_ascii_letters_only) {
  EXPECT_TRUE(equal_without_case("Content-Type", "content-tYPE"));
  EXPECT_TRUE(equal_without_case("", ""));
  EXPECT_FALSE(equal_without_case("a", "ab"));
  EXPECT_FALSE(equal_without_case("[", "{"));
  EXPECT_FALSE(equal_without_case("Ë", "ë"));
}

}  // namespace
}  // namespace leadrelay
