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
           R"({"name":["x"] "b"})",
           R"({"name":{} "b"})",
           R"({"name":7 "b"})",
           R"({"x":true "name":"b"})",  // commas are missing
           R"({"name":"a","other":1})",
           R"({"other":1,"name":"a"})",  // beside the other
           R"({"name":"a)",
           R"({"name":"a\)",
           R"({"name":"a\")",  // an end is missing
       })
    EXPECT_EQ(name_in(text), std::nullopt) << text;
}

TEST(glance, what_is_no_json_behind_the_string_is_for_the_parser) {
  for (const char* behind : {"", "}}", "}{", "}[", R"( "x":1})", R"( "b"})"})
    EXPECT_EQ(name_in(std::string(R"({"x":1,"name":"a")") + behind), "a") << behind;
}

TEST(glance, what_may_be_the_key_again_is_looked_at) {
  EXPECT_EQ(name_in(R"({"name":"a","x":{"name":1,"other":2},"y":"\u0041","z":"name, other"})"), "a");
  for (const char* behind :
       {R"(,"x":{"name":1},"name":1})", R"(,"x":"other","other":1})", R"(,"x":"\u0041","n\u0061me":1})", R"(,"x":"\"})"})
    EXPECT_EQ(name_in(std::string(R"({"name":"a")") + behind), std::nullopt) << behind;
}

}  // namespace
}  // namespace leadrelay::json
