#include <gtest/gtest.h>

#include "tracing/trace_context.hpp"

namespace leadrelay::tracing {
namespace {

std::string read(std::string_view field) { return read_tracestate({field}); }

/// `k1=…,k2=…`, so many.
std::string members(int first, int last, const std::string& value = "1") {
  std::string out;
  for (int number = first; number <= last; ++number) out += (out.empty() ? "k" : ",k") + std::to_string(number) + "=" + value;
  return out;
}

TEST(tracestate, members_stay_in_their_order_without_what_is_empty_around_them) {
  EXPECT_EQ(read("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  EXPECT_EQ(read(" \t a=1 ,\t, ,b=2\t,"), "a=1,b=2");
  EXPECT_EQ(read("a= b c"), "a= b c") << "spaces within and before a value are its own";
  EXPECT_EQ(read_tracestate({"a=1", "", "b=2,c=3"}), "a=1,b=2,c=3");
  EXPECT_EQ(read(""), "");
}

TEST(tracestate, keys_and_values_may_have_their_characters) {
  for (const char* good : {"0=1", "a_-*/@9=1", "tenant@system=1", "a=!\"#$%&'()*+-./:;<>?@[\\]^_`{|}~"}) EXPECT_EQ(read(good), good);
  const std::string longest = std::string(256, 'k') + "=" + std::string(100, 'v');
  EXPECT_EQ(read(longest), longest);
}

TEST(tracestate, one_bad_member_spoils_all) {
  for (const char* bad :
       {"a", "a=", "=1", "=", "a =1", "A=1", "_a=1", "a.b=1", "a=1=2", "a=\x7f", "a=\xc3\xa4", "a=1\n", "a=1\r\nb: c", "a=b\tc"})
    EXPECT_EQ(read(std::string("x=1,") + bad + ",y=2"), "") << bad;
  EXPECT_EQ(read(std::string(257, 'k') + "=1"), "");
  EXPECT_EQ(read("k=" + std::string(257, 'v')), "");
  EXPECT_EQ(read(std::string_view("a=1\0", 4)), "");
}

TEST(tracestate, of_one_key_the_first_stays) { EXPECT_EQ(read_tracestate({"a=1,b=2", "a=3"}), "a=1,b=2"); }

TEST(tracestate, has_32_members_at_most) {
  EXPECT_EQ(read(members(1, 32)), members(1, 32));
  EXPECT_EQ(read(members(1, 33)), "");
}

TEST(tracestate, too_long_one_loses_long_members_then_the_last) {
  const std::string long_one = "long=" + std::string(124, 'x');  // 129 characters
  const std::string short_ones = members(1, 9, std::string(40, 'y'));
  EXPECT_EQ(read(long_one + "," + members(1, 5, std::string(40, 'y'))), long_one + "," + members(1, 5, std::string(40, 'y')));
  EXPECT_EQ(read(long_one + "," + short_ones), short_ones);
  EXPECT_EQ(read(members(1, 9, std::string(54, 'y'))), members(1, 8, std::string(54, 'y')));
}

}  // namespace
}  // namespace leadrelay::tracing
