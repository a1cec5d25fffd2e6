#include "http/serialise.hpp"

#include <gtest/gtest.h>

namespace leadrelay::http {
namespace {

std::string bytes_of(const outgoing& what) {
  std::string out = "left over";
  serialise(what, out);
  return out;
}

TEST(serialise_test, body_has_its_length) {
  EXPECT_EQ(bytes_of({.method = "POST", .target = "/v1/leads?x=1", .headers = "Host: a\r\nAccept: b\r\n", .body = "{\"c\":1}"}),
            "POST /v1/leads?x=1 HTTP/1.1\r\nHost: a\r\nAccept: b\r\nContent-Length: 7\r\n\r\n{\"c\":1}");
}

TEST(serialise_test, no_body_tells_its_length_unless_none_is_expected) {
  EXPECT_EQ(bytes_of({.method = "POST", .target = "/", .headers = "Host: a\r\n", .body = ""}),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(bytes_of({.method = "GET", .target = "/", .headers = "Host: a\r\n", .body = ""}), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(bytes_of({.method = "HEAD", .target = "/", .headers = "Host: a\r\n", .body = ""}), "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(serialise_test, body_may_hold_any_byte) {
  const std::string body("\0\r\n\xff", 4);
  EXPECT_TRUE(bytes_of({.method = "PUT", .target = "/", .headers = "", .body = body}).ends_with("Content-Length: 4\r\n\r\n" + body));
}

}  // namespace
}  // namespace leadrelay::http
