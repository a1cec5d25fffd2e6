#include "sandbox/routing.hpp"

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

void expect_route(std::string_view target, provider to, std::string_view id) {
  const auto found = find_route(target);
  ASSERT_TRUE(found) << target;
  EXPECT_EQ(found->to, to) << target;
  EXPECT_EQ(found->id, id) << target;
  EXPECT_FALSE(found->bad_id) << target;
}

TEST(routing, each_path_goes_to_its_provider) {
  expect_route("/v1/leads/a", provider::perch, "a");
  expect_route("/api/v103/leads/a", provider::leadpro, "a");
  expect_route("/api/leads", provider::octanist, "");
  expect_route("/api/leads?x=1", provider::octanist, "");
  expect_route("/api/leads/a", provider::octanist, "a");
  expect_route("/leads/a?x=1", provider::leadping, "a");
  expect_route("/api/v1/leads/a", provider::orwel, "a");
}

TEST(routing, other_paths_go_nowhere) {
  for (const char* target : {"", "/", "/v1/leads", "/v1/leads/", "/v1/leads/a/b", "/v2/leads/a", "/api/leads/", "/api/v1/leads/a/",
                             "//leads/a", "/leads", "leads/a", "/LEADS/a", "http://host/leads/a"})
    EXPECT_FALSE(find_route(target)) << target;
}

TEST(routing, identifier_is_decoded_exactly_once) {
  expect_route("/leads/a%2Fb%20c", provider::leadping, "a/b c");
  expect_route("/leads/%252F", provider::leadping, "%2F");
  expect_route("/leads/a+b", provider::leadping, "a+b");
  expect_route("/leads/..%2f..", provider::leadping, "../..");
  expect_route("/leads/%00%ff", provider::leadping, std::string_view("\0\xff", 2));
  expect_route("/leads/%3Fa%23", provider::leadping, "?a#");
}

TEST(routing, broken_encoding_is_a_bad_identifier) {
  for (const char* target : {"/leads/%", "/leads/%4", "/leads/a%zz", "/leads/%4g"}) {
    const auto found = find_route(target);
    ASSERT_TRUE(found) << target;
    EXPECT_TRUE(found->bad_id) << target;
  }
}

TEST(query_value, value_is_found_and_decoded) {
  EXPECT_EQ(query_value("/x?a=1&key=k%201", "key"), "k 1");
  EXPECT_EQ(query_value("/x?key=", "key"), "");
  for (const char* target : {"/x", "/x?", "/x?ke=1", "/x?keys=1", "/x?key", "/x?key=%"}) EXPECT_FALSE(query_value(target, "key")) << target;
}

}  // namespace
}  // namespace leadrelay::sandbox
