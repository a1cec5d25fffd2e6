#include "base/json_scan.hpp"

#include <string>

#include <gtest/gtest.h>

namespace leadrelay::json {
namespace {

TEST(json_scan, quote_or_backslash_is_found_at_any_place) {
  for (const char wanted : {'"', '\\'}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, '!');
      text[at] = wanted;
      EXPECT_EQ(find_quote_or_backslash(text, 0), at);
      EXPECT_EQ(find_quote_or_backslash(text, at), at);
      EXPECT_EQ(find_quote_or_backslash(text, at + 1), text.size());
    }
  }
}

TEST(json_scan, each_character_is_to_be_escaped_or_not_at_any_place) {
  for (unsigned code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    const bool is_wanted = code < 0x20 || c == '"' || c == '\\';
    for (const char around : {'a', '\x7f', '\x80', '\xff', '!', '#', '['}) {
      for (std::size_t at = 0; at < 20; ++at) {
        std::string text(20, around);
        text[at] = c;
        EXPECT_EQ(find_to_escape(text, 0), is_wanted ? at : text.size()) << code << " at " << at;
      }
    }
  }
}

TEST(json_scan, first_of_several_is_found) {
  const std::string text = "0123456\n\n\"89\\\x01\xff\"";
  EXPECT_EQ(find_to_escape(text, 0), 7U);
  EXPECT_EQ(find_to_escape(text, 8), 8U);
  EXPECT_EQ(find_to_escape(text, 9), 9U);
  EXPECT_EQ(find_quote_or_backslash(text, 0), 9U);
  EXPECT_EQ(find_quote_or_backslash(text, 10), 12U);
  EXPECT_EQ(find_to_escape(text, 13), 13U);
  EXPECT_EQ(find_quote_or_backslash(text, 13), 15U);
}

}  // namespace
}  // namespace leadrelay::json
