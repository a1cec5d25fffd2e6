#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

TEST(base64, is_that_of_rfc_4648_section_10) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},          {"f", "Zg=="},       {"fo", "Zm8="},      {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
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
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm=v", "Z m9", "Zm9-", "Zm9vZ"}) EXPECT_FALSE(decode_base64(text)) << text;
}

}  // namespace
}  // namespace leadrelay
