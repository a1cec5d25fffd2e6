#include "events/base64.hpp"

#include <gtest/gtest.h>

namespace leadrelay::events {
namespace {

using namespace std::string_literals;

TEST(decode_base64, the_vectors_of_rfc_4648_are_decoded) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("AP/+"), "\0\xFF\xFE"s);
}

TEST(decode_base64, padding_may_be_absent) {
  EXPECT_EQ(decode_base64("Zg"), "f");
  EXPECT_EQ(decode_base64("Zm8"), "fo");
}

TEST(decode_base64, all_else_is_none) {
  for (const char* text : {"Z", "=", "====", "Zg=", "Zg===", "Zm9v=", "Zm9v==", "Zm9v====", "Z===", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm-_",
                           "Zh==", "Zm9=", "é"})
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace leadrelay::events
