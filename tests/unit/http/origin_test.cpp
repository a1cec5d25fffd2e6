#include "base/origin.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadrelay {
namespace {

using testing::HasSubstr;
using testing::Not;
using scheme = origin::scheme_kind;
using kind = origin::host_kind;

origin parsed(std::string_view url) {
  const auto result = parse_origin(url);
  EXPECT_TRUE(result.has_value()) << url << ": " << (result.has_error() ? result.error().detail : "");
  return result.has_value() ? *result : origin{};
}

std::string refused(std::string_view url) {
  const auto result = parse_origin(url);
  EXPECT_TRUE(result.has_error()) << url;
  return result.has_error() ? result.error().detail : "";
}

TEST(origin_test, name_alone_has_the_schemes_port) {
  EXPECT_EQ(parsed("https://api.example.com"), (origin{scheme::https, kind::name, "api.example.com", 443, "", "api.example.com"}));
  EXPECT_EQ(parsed("http://localhost"), (origin{scheme::http, kind::name, "localhost", 80, "", "localhost"}));
}

TEST(origin_test, port_is_in_the_host_header_unless_it_is_the_schemes_own) {
  EXPECT_EQ(parsed("https://a.example:8443").host_header, "a.example:8443");
  EXPECT_EQ(parsed("https://a.example:443").host_header, "a.example");
  EXPECT_EQ(parsed("http://a.example:443").host_header, "a.example:443");
  EXPECT_EQ(parsed("http://a.example:80").host_header, "a.example");
  EXPECT_EQ(parsed("http://a.example:00080").port, 80);
  EXPECT_EQ(parsed("http://a.example:65535").port, 65535);
}

TEST(origin_test, addresses_are_known_as_such) {
  EXPECT_EQ(parsed("http://127.0.0.1:81"), (origin{scheme::http, kind::ipv4, "127.0.0.1", 81, "", "127.0.0.1:81"}));
  EXPECT_EQ(parsed("https://[::1]:444/x"), (origin{scheme::https, kind::ipv6, "::1", 444, "/x", "[::1]:444"}));
  EXPECT_EQ(parsed("https://[2001:DB8::A]").host_header, "[2001:db8::a]");
  EXPECT_TRUE(parsed("https://[::1]").is_address());
  EXPECT_FALSE(parsed("https://one.example").is_address());
}

TEST(origin_test, scheme_and_host_are_lowered_the_path_is_not) {
  const origin got = parsed("HTTPS://API.Example.COM/V1/Leads");
  EXPECT_EQ(got.host, "api.example.com");
  EXPECT_EQ(got.path_prefix, "/V1/Leads");
  EXPECT_TRUE(got.is_tls());
}

TEST(origin_test, path_loses_its_last_slashes) {
  EXPECT_EQ(parsed("https://a.example/").path_prefix, "");
  EXPECT_EQ(parsed("https://a.example//").path_prefix, "");
  EXPECT_EQ(parsed("https://a.example/api/v1/").path_prefix, "/api/v1");
  EXPECT_EQ(parsed("https://a.example/a%20b/c;d=e@f:g").path_prefix, "/a%20b/c;d=e@f:g");
}

TEST(origin_test, other_schemes_are_refused) {
  EXPECT_THAT(refused("ftp://a.example"), HasSubstr("`ftp`, expected http or https"));
  EXPECT_THAT(refused("a.example"), HasSubstr("no scheme"));
  EXPECT_THAT(refused("https:/a.example"), HasSubstr("no scheme"));
  EXPECT_THAT(refused("://a.example"), HasSubstr("expected http or https"));
  EXPECT_THAT(refused(""), HasSubstr("is empty"));
}

TEST(origin_test, user_info_is_refused_and_not_shown) {
  const std::string why = refused("https://user:s3cret@a.example/");
  EXPECT_THAT(why, HasSubstr("user info"));
  EXPECT_THAT(why, Not(HasSubstr("s3cret")));
  EXPECT_THAT(refused("https://s3cret@a.example"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(refused("https://user:s3cret@[::1]:x"), Not(HasSubstr("s3cret")));
}

TEST(origin_test, query_and_fragment_are_refused) {
  EXPECT_THAT(refused("https://a.example/?key=s3cret"), HasSubstr("query"));
  EXPECT_THAT(refused("https://a.example?key"), HasSubstr("query"));
  EXPECT_THAT(refused("https://a.example/x#y"), HasSubstr("fragment"));
  EXPECT_THAT(refused("https://a.example#y"), HasSubstr("fragment"));
}

TEST(origin_test, characters_that_could_split_a_header_are_refused) {
  EXPECT_THAT(refused("https://a.example\r\nX: y"), HasSubstr("control character"));
  EXPECT_THAT(refused("https://a.example/\r\n"), HasSubstr("control character"));
  EXPECT_THAT(refused(std::string_view("https://a\0.example", 18)), HasSubstr("control character"));
  EXPECT_THAT(refused("https://a.example/\x7f"), HasSubstr("control character"));
  EXPECT_THAT(refused(" https://a.example"), HasSubstr("space"));
  EXPECT_THAT(refused("https://a.example/a b"), HasSubstr("space"));
  EXPECT_THAT(refused("https://b\xC3\xBC"
                      "cher.example"),
              HasSubstr("not ASCII"));
}

TEST(origin_test, bad_hosts_are_refused) {
  EXPECT_THAT(refused("https://"), HasSubstr("no host"));
  EXPECT_THAT(refused("https:///path"), HasSubstr("no host"));
  EXPECT_THAT(refused("https://:443"), HasSubstr("no host"));
  EXPECT_THAT(refused("https://a..example"), HasSubstr("empty part"));
  EXPECT_THAT(refused("https://a.example."), HasSubstr("empty part"));
  EXPECT_THAT(refused("https://.a.example"), HasSubstr("empty part"));
  EXPECT_THAT(refused("https://-a.example"), HasSubstr("`-`"));
  EXPECT_THAT(refused("https://a%2eb.example"), HasSubstr("character"));
  EXPECT_THAT(refused("https://a\\b.example"), HasSubstr("character"));
  EXPECT_THAT(refused("https://{host}"), HasSubstr("character"));
  EXPECT_THAT(refused("https://" + std::string(64, 'a') + ".example"), HasSubstr("63"));
  std::string long_name = "a";
  for (int i = 0; i < 127; ++i) long_name += ".a";
  EXPECT_THAT(refused("https://" + long_name), HasSubstr("253"));
}

TEST(origin_test, what_only_looks_like_an_address_is_refused) {
  EXPECT_THAT(refused("https://256.1.1.1"), HasSubstr("IPv4"));
  EXPECT_THAT(refused("https://1.2.3"), HasSubstr("IPv4"));
  EXPECT_THAT(refused("https://127.1"), HasSubstr("IPv4"));
  EXPECT_THAT(refused("https://2130706433"), HasSubstr("IPv4"));
  EXPECT_THAT(refused("https://0x7f000001"), HasSubstr("IPv4"));
  EXPECT_THAT(refused("https://[::1"), HasSubstr("`]`"));
  EXPECT_THAT(refused("https://[::g]"), HasSubstr("IPv6"));
  EXPECT_THAT(refused("https://[fe80::1%25eth0]"), HasSubstr("IPv6"));
  EXPECT_THAT(refused("https://[127.0.0.1]"), HasSubstr("IPv6"));
  EXPECT_THAT(refused("https://[]"), HasSubstr("IPv6"));
  EXPECT_THAT(refused("https://::1"), HasSubstr("stands in `[`"));
}

TEST(origin_test, bad_ports_are_refused) {
  for (const char* port : {"", "0", "65536", "99999999999", "-1", "+1", "8a", "0x50", "80:80", "."})
    EXPECT_TRUE(parse_origin(std::string("https://a.example:") + port).has_error()) << port;
  EXPECT_THAT(refused("https://a.example:"), HasSubstr("1 to 65535"));
  EXPECT_THAT(refused("https://[::1]443"), HasSubstr("no port"));
}

TEST(origin_test, bad_paths_are_refused) {
  EXPECT_THAT(refused("https://a.example/a/../b"), HasSubstr("`..`"));
  EXPECT_THAT(refused("https://a.example/."), HasSubstr("`.`"));
  EXPECT_THAT(refused("https://a.example/%2"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refused("https://a.example/%zz"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refused("https://a.example/{id}"), HasSubstr("`{`"));
  EXPECT_THAT(refused("https://a.example/a\\b"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refused("https://a.example/\"x\""), HasSubstr("percent-encoded"));
}

}  // namespace
}  // namespace leadrelay
