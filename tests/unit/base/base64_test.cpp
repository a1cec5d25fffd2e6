#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

using namespace std::string_literals;

TEST(base64, is_that_of_rfc_4648_section_10) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(encode_base64(plain), encoded);
    EXPECT_EQ(decode_base64(encoded), plain);
  }
}

TEST(base64, every_byte_comes_back) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(decode_base64(encode_base64(all)), all);
}

TEST(base64, text_that_no_encoder_makes_is_refused) {
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm=v", "Z m9", "Zm9-", "Zm9vZ"})
    EXPECT_FALSE(decode_base64(text)) << text;
}

TEST(base64, padding_may_be_optional) {
  const std::pair<const char*, std::string> vectors[] = {
      {"", ""},    {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmFy", "foobar"}, {"AP/+", "\0\xFF\xFE"s},
      {"Zg", "f"}, {"Zm8", "fo"}};
  for (const auto& [encoded, plain] : vectors) EXPECT_EQ(decode_base64(encoded, base64_padding::optional), plain) << encoded;
}

TEST(base64, optional_padding_is_whole_or_absent_and_all_else_is_none) {
  for (const char* text : {"Z", "=", "====", "Zg=", "Zg===", "Zm9v=", "Zm9v==", "Zm9v====", "Z===", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm-_",
                           "Zh==", "Zm9=", "é"})
    EXPECT_EQ(decode_base64(text, base64_padding::optional), std::nullopt) << text;
}

}  // namespace
}  // namespace leadrelay
