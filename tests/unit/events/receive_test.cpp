#include "events/receive.hpp"

#include <gtest/gtest.h>

namespace leadrelay::events {
namespace {

const std::string event = R"({"id":"1","account":"acme","lead":{"id":"x"},"changes":{"status":"won"}})";

outcome<lead_change> receive_text(std::string_view text, std::string_view key = "", std::uint64_t max_record = 1024) {
  return receive(copy_record(key, text, {}), max_record, [](std::string_view name) { return name == "acme"; });
}

TEST(receive, good_record_of_a_known_account_is_taken) {
  const auto received = receive_text(event);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->account, "acme");
}

TEST(receive, record_is_measured_with_its_key) {
  EXPECT_TRUE(receive_text(event, std::string(10, 'k'), event.size() + 10));
  const auto received = receive_text(event, std::string(11, 'k'), event.size() + 10);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().reason, reason::too_large);
  EXPECT_EQ(received.error().detail, "key and value are " + std::to_string(event.size() + 11) + " bytes, at most " +
                                         std::to_string(event.size() + 10) + " (max_record)");
}

TEST(receive, size_is_looked_at_before_the_rest) {
  const auto received = receive_text(std::string(2000, '{'));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().reason, reason::too_large);
}

TEST(receive, what_is_no_event_has_the_reason_of_its_decoding) {
  EXPECT_EQ(receive_text("{").error().reason, reason::undecodable);
  EXPECT_EQ(receive_text("[]").error().reason, reason::invalid_event);
}

TEST(receive, account_that_is_not_known_is_told_without_its_name) {
  const auto received = receive(copy_record(std::nullopt, event, {}), 1024, [](std::string_view) { return false; });
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error(), (problem{reason::unknown_account, "account: the configuration has none of that name"}));
}

TEST(receive, account_shows_at_a_glance_unless_the_record_is_too_large) {
  const record from = copy_record("key", event, {});
  EXPECT_EQ(account_at_a_glance(from, event.size() + 3), "acme");
  EXPECT_EQ(account_at_a_glance(from, event.size() + 2), std::nullopt);
  EXPECT_EQ(account_at_a_glance(copy_record("key", R"({"id":"1"})", {}), 1024), std::nullopt);
}

}  // namespace
}  // namespace leadrelay::events
