#include "providers/headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/version.hpp"
#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::HasSubstr;
using testing::Not;

std::shared_ptr<const definition> with(const std::string& auth, const std::string& more = "") {
  return compiled(
      "name: test\ntitle: Test\nsource: a test\nbase_url: https://test.example\ncall: { method: PATCH, path: \"/leads/{id}\" }\nauth: " +
      auth + "\nlead: { one_of: [id] }\nfields:\n  first_name: { to: /first_name }\n" + more);
}

TEST(headers, stand_in_order_each_with_its_line_end) {
  const auto made = make_headers(*embedded().find("perch"), "api.example:8443", "KEY");
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, "Host: api.example:8443\r\nx-api-key: KEY\r\nContent-Type: application/json\r\nUser-Agent: leadrelay/" +
                       std::string(version) + "\r\nAccept: application/json\r\n");
}

TEST(headers, auth_schemes_say_the_credential_their_way) {
  EXPECT_THAT(*make_headers(*with("{ bearer: true }"), "h", "KEY"), HasSubstr("\r\nAuthorization: Bearer KEY\r\n"));
  EXPECT_THAT(*make_headers(*with("{ header: X-Key }"), "h", "KEY"), HasSubstr("\r\nX-Key: KEY\r\n"));
  EXPECT_THAT(*make_headers(*with("{ header: Authorization, value: \"Zoho-oauthtoken {credential}\" }"), "h", "KEY"),
              HasSubstr("\r\nAuthorization: Zoho-oauthtoken KEY\r\n"));
  // RFC 7617 section 2.
  EXPECT_THAT(*make_headers(*with("{ basic: true }"), "h", "Aladdin:open sesame"),
              HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
  EXPECT_THAT(*make_headers(*with("{ basic: true }"), "h", "a:"), HasSubstr("\r\nAuthorization: Basic YTo=\r\n"));
  EXPECT_THAT(*make_headers(*with("{ basic: true }"), "h", "ab:"), HasSubstr("\r\nAuthorization: Basic YWI6\r\n"));
}

TEST(echoes, of_a_credential_are_all_its_forms_on_the_wire) {
  EXPECT_THAT(echoes_of(*with("{ bearer: true }"), "KEY"), testing::ElementsAre("KEY"));
  EXPECT_THAT(echoes_of(*with("{ basic: true }"), "Aladdin:open sesame"),
              testing::ElementsAre("Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "open sesame"));
  EXPECT_THAT(echoes_of(*with("{ basic: true }"), "user:xy"), testing::ElementsAre("user:xy", "dXNlcjp4eQ=="));
}

TEST(headers, definition_s_own_stand_once) {
  const auto made = make_headers(*with("{ bearer: true }", "headers: { Version: \"2021-07-28\", accept: text/plain }\n"), "h", "KEY");
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, HasSubstr("\r\nVersion: 2021-07-28\r\n"));
  EXPECT_THAT(*made, HasSubstr("\r\naccept: text/plain\r\n"));
  EXPECT_THAT(*made, Not(HasSubstr("Accept: application/json")));
}

TEST(headers, credential_that_cannot_stand_in_one_is_refused_unseen) {
  using namespace std::string_literals;
  for (const std::string& bad : {""s, "SECRET\r\nX: y"s, "SECRET\n"s, "SEC\0RET"s, "SECRET\x7F"s, "\tSECRET"s, " SECRET"s, "SECRET "s}) {
    for (const char* auth : {"{ bearer: true }", "{ basic: true }"}) {
      const auto made = make_headers(*with(auth), "h", bad);
      ASSERT_FALSE(made);
      EXPECT_THAT(made.error().detail, HasSubstr("credential"));
      EXPECT_THAT(made.error().detail, Not(HasSubstr("SEC")));
    }
  }
}

TEST(headers, basic_without_a_colon_is_refused) {
  const auto made = make_headers(*with("{ basic: true }"), "h", "SECRET");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().detail, "the credential has no colon, expected user:password");
}

}  // namespace
}  // namespace leadrelay::providers
