#include "base/json_glance.hpp"

#include <string>

#include <gtest/gtest.h>

namespace leadrelay::json {
namespace {

std::optional<std::string_view> name_in(std::string_view text) { return glance(text, "name", "other"); }

TEST(glance, string_of_the_outermost_object_is_found_wherever_it_stands) {
  EXPECT_EQ(name_in(R"({"name":"a"})"), "a");
  EXPECT_EQ(name_in(R"( { "x" : [ { "name" : "b" } , "name" ] , "name" : "a" , "y" : { "name" : "c", "other": 1 } } )"), "a");
  EXPECT_EQ(name_in(R"({"x":"{\"name\":\"b\",","name":"a","y":"}"})"), "a");
  EXPECT_EQ(name_in(R"({"x":"\\","name":"a"})"), "a");
  EXPECT_EQ(name_in(R"({"x":"name","name":"a","y":"name"})"), "a");
  EXPECT_EQ(name_in(R"({"x":-1.5e3,"y":true,"z":null,"name":"printable, of any length: ~!{}[]"})"), "printable, of any length: ~!{}[]");
}

TEST(glance, what_only_a_parser_tells_is_not_found) {
  for (const char* text : {
           "",
           "{",
           "}",
           "{}",
           "[]",
           R"(["name","a"])",
           R"("name")",
           R"([{"name":"a"}])",  // no such object
           R"({"x":{"name":"a"}})",
           R"({"x":"name"})",
           R"({"name":1})",
           R"({"name":null})",  // no such string
           R"({"name":{"name":"a"}})",
           R"({"name":["a"]})",
           R"({"name":""})",  //
           R"({"name":"a\u0062"})",
           R"({"name":"a\"b"})",
           R"({"n\u0061me":"b","name":"a"})",  // escapes
           R"({"name":"a","n\u0061me":"b"})",
           "{\"name\":\"\xc3\xa9\"}",
           "{\"name\":\"a\tb\"}",
           R"({"name":"a","name":"a"})",
           R"({"name":1,"name":"a"})",
           R"({"name":"a","name":1})",  // twice
           R"({"name":"a" "x":1})",
           R"({"x":1,"name":"a" "b"})",
           R"({"name":"a" "x":"b"})",  // commas are missing
           R"({"name":["x"] "b"})",
           R"({"name":{} "b"})",
           R"({"name":7 "b"})",
           R"({"x":true "name":"b"})",
           R"({"name":"a","other":1})",
           R"({"other":1,"name":"a"})",  // beside the other
           R"({"name":"a")",
           R"({"name":"a)",
           R"({"name":"a\)",
           R"({"name":"a\")",
           R"({"name":"a"}})",
           R"({"name":"a"}{)",
           R"({"name":"a"}[)",
       })
    EXPECT_EQ(name_in(text), std::nullopt) << text;
}

TEST(glance, quote_or_backslash_is_found_at_any_place) {
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

}  // namespace
}  // namespace leadrelay::json
