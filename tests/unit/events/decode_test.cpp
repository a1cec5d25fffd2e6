#include "events/decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "leadrelay/v1/lead_change.pb.h"

namespace leadrelay::events {
namespace {

using testing::HasSubstr;

constexpr const char* event = R"({"id":"e1","account":"acme","lead":{"id":"L"},"changes":{"status":"won"}})";

std::string protobuf_event() {
  v1::LeadChange change;
  change.set_id("e1");
  change.set_account("acme");
  change.mutable_lead()->set_id("L");
  change.mutable_changes()->set_status("won");
  return change.SerializeAsString();
}

outcome<lead_change> decode_as(std::optional<std::string_view> value, const std::vector<header>& headers = {}) {
  return decode(copy_record("k", value, headers));
}

TEST(decode, json_is_what_is_not_said_to_be_else) {
  EXPECT_TRUE(decode_as(event).has_value());
  for (const char* type : {"application/json", "text/plain", "", "application/octet-stream"})
    EXPECT_TRUE(decode_as(event, {{"content-type", type}}).has_value()) << type;
  EXPECT_TRUE(decode_as(event, {{"content-type", std::nullopt}}).has_value());
}

TEST(decode, content_type_picks_protobuf) {
  const std::string bytes = protobuf_event();
  for (const char* name : {"content-type", "Content-Type"})
    for (const char* type : {"application/protobuf", "application/x-protobuf", "APPLICATION/PROTOBUF; x=y"}) {
      const auto change = decode_as(bytes, {{name, type}});
      ASSERT_TRUE(change.has_value());
      EXPECT_EQ(change->id, "e1");
    }
  EXPECT_EQ(decode_as(bytes).error().reason, reason::undecodable);
  EXPECT_EQ(decode_as(event, {{"content-type", "application/protobuf"}}).error().reason, reason::undecodable);
}

TEST(decode, record_without_a_value_is_an_invalid_event) {
  for (const auto& headers :
       {std::vector<header>{}, {{"content-type", "application/protobuf"}}, {{"content-type", "application/cloudevents+json"}}}) {
    EXPECT_EQ(decode_as(std::nullopt, headers).error().reason, reason::invalid_event);
    EXPECT_EQ(decode_as("", headers).error().reason, reason::invalid_event);
  }
}

TEST(decode, change_does_not_need_the_record_any_longer) {
  std::optional<record> from = copy_record("k", event, {});
  const auto change = decode(*from);
  from.reset();
  EXPECT_EQ(change->account, "acme");
  EXPECT_EQ(json::serialize(*change->changes), R"({"status":"won"})");
}

TEST(decode, cloud_event_in_binary_mode_is_its_value) {
  EXPECT_TRUE(decode_as(event, {{"ce_specversion", "1.0"}, {"ce_id", "1"}, {"content-type", "application/json"}}).has_value());
  EXPECT_TRUE(decode_as(protobuf_event(), {{"ce_specversion", "1.0"}, {"content-type", "application/protobuf"}}).has_value());
}

TEST(decode, cloud_event_in_structured_mode_is_found_by_its_content_type) {
  const std::vector<header> headers{{"content-type", "application/cloudevents+json; charset=utf-8"}};
  EXPECT_TRUE(decode_as(R"({"specversion":"1.0","data":)" + std::string(event) + "}", headers).has_value());
  EXPECT_THAT(decode_as(event, headers).error().detail, HasSubstr("specversion: is missing"));
  EXPECT_THAT(decode_as(R"({"specversion":"1.0","id":"1"})", headers).error().detail, HasSubstr("data: is missing"));
  EXPECT_THAT(decode_as("[]", headers).error().detail, HasSubstr("is an array, expected an object"));
  EXPECT_EQ(decode_as("{", headers).error().reason, reason::undecodable);
}

lead_change change_of(const char* lead) {
  return *decode_json(R"({"id":"e1","account":"acme","changes":{"x":1},"lead":)" + std::string(lead) + "}");
}

TEST(order_key, record_key_comes_first_where_order_is_by_key) {
  const lead_change change = change_of(R"({"id":"L"})");
  EXPECT_EQ(order_key(copy_record("k", event, {}), change, order_by::key), "k");
  EXPECT_EQ(order_key(copy_record("k", event, {}), change, order_by::lead), "L");
}

TEST(order_key, record_without_a_key_is_ordered_by_its_lead) {
  EXPECT_EQ(order_key(copy_record(std::nullopt, event, {}), change_of(R"({"id":"L"})"), order_by::key), "L");
  EXPECT_EQ(order_key(copy_record("", event, {}), change_of(R"({"id":"L"})"), order_by::key), "L");
}

TEST(order_key, first_identifier_that_the_event_gives_names_the_lead) {
  const record none = copy_record(std::nullopt, event, {});
  EXPECT_EQ(order_key(none, change_of(R"({"phone":"P","email":"E","id":"L"})"), order_by::lead), "L");
  EXPECT_EQ(order_key(none, change_of(R"({"phone":"P","email":"E"})"), order_by::lead), "E");
  EXPECT_EQ(order_key(none, change_of(R"({"phone":"P"})"), order_by::lead), "P");
}

}  // namespace
}  // namespace leadrelay::events
