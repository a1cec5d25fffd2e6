#include "delivery/transport_error.hpp"

#include <array>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace leadrelay::delivery {
namespace {

using providers::verdict;

struct row {
  transport_error error;
  std::string_view word;
  bool connect;  ///< came before there was a connection
};

constexpr std::array<row, transport_error_count> table{{
    {transport_error::none, "none", false},
    {transport_error::resolve_failed, "resolve_failed", true},
    {transport_error::connect_failed, "connect_failed", true},
    {transport_error::connect_timeout, "connect_timeout", true},
    {transport_error::tls_failed, "tls_failed", true},
    {transport_error::connection_lost, "connection_lost", false},
    {transport_error::answer_timeout, "answer_timeout", false},
    {transport_error::malformed_answer, "malformed_answer", false},
    {transport_error::answer_too_large, "answer_too_large", false},
    {transport_error::stopped, "stopped", false},
}};

TEST(transport_error_test, table_names_every_error_once) {
  std::set<transport_error> seen;
  for (const row& each : table) seen.insert(each.error);
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(transport_error_count));
  EXPECT_EQ(static_cast<int>(*seen.rbegin()), transport_error_count - 1);
}

TEST(transport_error_test, every_error_has_its_own_word) {
  for (const row& each : table) EXPECT_EQ(to_string(each.error), each.word);
}

TEST(transport_error_test, errors_before_a_connection_are_connect_errors_and_no_others) {
  for (const row& each : table) EXPECT_EQ(is_connect_error(each.error), each.connect) << each.word;
}

TEST(transport_error_test, no_error_is_delivered_whatever_else) {
  for (const bool sent : {false, true})
    for (const bool repeatable : {false, true}) EXPECT_EQ(judge_transport(transport_error::none, sent, repeatable), verdict::delivered);
}

TEST(transport_error_test, no_byte_sent_goes_again_whatever_the_request) {
  for (const row& each : table) {
    if (each.error == transport_error::none) continue;
    EXPECT_EQ(judge_transport(each.error, false, false), verdict::retry) << each.word;
    EXPECT_EQ(judge_transport(each.error, false, true), verdict::retry) << each.word;
  }
}

TEST(transport_error_test, bytes_sent_of_a_repeatable_request_goes_again) {
  for (const row& each : table) {
    if (each.error == transport_error::none) continue;
    EXPECT_EQ(judge_transport(each.error, true, true), verdict::retry) << each.word;
  }
}

// With TLS 1.3 a server can refuse the handshake after the client's first bytes of the request: the bytes decide, not the name of the
// error.
TEST(transport_error_test, bytes_sent_of_a_request_that_must_not_repeat_is_unknown_even_if_called_a_connect_error) {
  for (const row& each : table) {
    if (each.error == transport_error::none) continue;
    EXPECT_EQ(judge_transport(each.error, true, false), verdict::outcome_unknown) << each.word;
  }
}

}  // namespace
}  // namespace leadrelay::delivery
