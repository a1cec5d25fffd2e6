#include <algorithm>
#include <cfloat>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "events/decode.hpp"
#include "leadrelay/v1/lead_change.pb.h"

namespace leadrelay::events {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

const std::string event =
    R"({"id":"e1","account":"acme","lead":{"id":"L"},"changes":{"first_name":"Zo\u00eb \ud83d\ude00","phone":{"number":null}}})";

/// The event with `raw` as the text of its first name.
std::string with_name(const std::string& raw) {
  return R"({"id":"e1","account":"acme","lead":{"id":"L"},"changes":{"first_name":")" + raw + "\"}}";
}

reason reason_of(std::string_view text) {
  const auto change = decode_json(text);
  EXPECT_TRUE(change.has_error()) << printable(text);
  return change ? reason::rejected : change.error().reason;
}

TEST(decode_json, whole_event_is_decoded) {
  const auto change = decode_json(event);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(json::text((*change->changes)["first_name"]), "Zoë 😀");
}

TEST(decode_json, what_is_no_object_is_an_invalid_event) {
  for (const char* text : {"null", "true", "7", "\"x\"", "[]", "[{}]"}) {
    EXPECT_EQ(reason_of(text), reason::invalid_event);
    EXPECT_THAT(decode_json(text).error().detail, HasSubstr("expected an object"));
  }
}

TEST(decode_json, every_truncation_is_undecodable) {
  for (std::size_t size = 0; size < event.size(); ++size) {
    const std::vector<char> bytes(event.begin(), event.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(reason_of({bytes.data(), bytes.size()}), reason::undecodable) << size;
  }
}

TEST(decode_json, invalid_utf8_of_every_class_is_undecodable) {
  for (const char* bytes : {"\x80", "\xBF", "\xC0\xAF", "\xC1\x81", "\xC3", "\xC3(", "\xE0\x80\xAF", "\xE2\x82", "\xED\xA0\x80",
                            "\xED\xBF\xBF", "\xF0\x82\x82\xAC", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF"})
    EXPECT_EQ(reason_of(with_name(bytes)), reason::undecodable) << printable(bytes);
}

TEST(decode_json, lone_surrogates_are_undecodable) {
  for (const char* escaped : {R"(\ud83d)", R"(\ude00)", R"(\ude00\ud83d)", R"(\ud83d\ud83d)", R"(\ud83dA)", R"(\ud83d\n)"})
    EXPECT_EQ(reason_of(with_name(escaped)), reason::undecodable) << escaped;
}

TEST(decode_json, deep_nesting_is_undecodable) {
  const std::string deep(200'000, '[');
  EXPECT_EQ(reason_of(deep), reason::undecodable);
  EXPECT_EQ(reason_of(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":)" + deep + std::string(200'000, ']') + "}}"),
            reason::undecodable);
  const std::string fits = std::string(62, '[') + std::string(62, ']');
  EXPECT_TRUE(decode_json(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":)" + fits + "}}").has_value());
  EXPECT_EQ(reason_of(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":[)" + fits + "]}}"), reason::undecodable);
}

TEST(decode_json, numbers_that_no_double_holds_are_taken_and_keep_their_text) {
  for (const std::string number : {"12345678901234567890123", "0.1234567890123456789", "1e309", "-1e309", "1234e306", "1e-400", "0e999"}) {
    const auto change = decode_json(R"({"unknown":1e309,"id":"e1","account":"acme","lead":{"id":"L"},"changes":{"a":{"b":[1,)" + number +
                                    R"(,2]}},"snapshot":{"c":)" + number + R"(},"native":{"d":)" + number + "}}");
    ASSERT_TRUE(change.has_value()) << number << change.error().detail;
    const json::value& inside = (*change->changes)["a"]["b"];
    EXPECT_EQ(change->numbers.of(inside[1]), number);
    EXPECT_EQ(change->numbers.of((*change->snapshot)["c"]), number);
    EXPECT_EQ(change->numbers.of((*change->native)["d"]), number);
    EXPECT_EQ(change->numbers.of(inside[0]), "");
    EXPECT_TRUE(inside[1].IsNumber());
    EXPECT_EQ(inside[2].GetInt(), 2);
  }
}

TEST(decode_json, numbers_of_any_length_are_taken) {
  for (std::size_t digits = 1; digits < 3000; digits += 1 + digits / 16)
    for (const std::string& number :
         {"0." + std::string(digits, '0') + "1", std::string(digits, '9') + ".5", "1." + std::string(digits, '0') + "1e-300",
          "-" + std::string(digits, '7'), "0." + std::string(digits, '0') + "1e" + std::to_string(digits)}) {
      const auto change = decode_json(R"({"id":"e1","account":"acme","lead":{"id":"L"},"changes":{"a":)" + number + "}}");
      ASSERT_TRUE(change.has_value()) << number;
      const json::value& a = (*change->changes)["a"];
      EXPECT_EQ(a.GetDouble(), std::clamp(json::nearest_double(number), -DBL_MAX, DBL_MAX)) << number;
      EXPECT_EQ(change->numbers.of(a), number.size() > 18 || number.find('.') != std::string::npos ? number : "");
    }
}

TEST(decode_json, number_where_another_kind_is_wanted_is_an_invalid_event) {
  EXPECT_EQ(decode_json(R"({"id":1e309})").error().detail, "id: is a number, expected a string");
  EXPECT_EQ(reason_of(R"({"id":1e309})"), reason::invalid_event);
  EXPECT_EQ(reason_of("[1e309]"), reason::invalid_event);
}

TEST(decode_json, what_is_no_number_is_undecodable) {
  for (const char* number : {"1e", "1e+", "1.e5", ".5e5", "01e5", "+1e5", "1e5.5", "1e309e", "--1e5", "1-2", "0x1e5", "1e309 1", "1e3091e",
                             "-", "12345678901234567890123.", "-e5", "1e309\"\"", "Infinity", "-NaN"})
    EXPECT_EQ(reason_of(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":)" + std::string(number) + "}}"), reason::undecodable)
        << number;
  EXPECT_EQ(reason_of(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{1e309:1}})"), reason::undecodable);
}

TEST(decode_json, texts_of_numbers_are_held) {
  const auto with = [](const std::string& value) {
    return decode_json(R"({"id":"1","account":"a","lead":{"id":"L"},"changes":{"x":[)" + value + "]}}").value();
  };
  std::string many = "1.5";
  for (int i = 0; i < 999; ++i) many += ",1.5";
  auto change = with(many);
  const auto moved = std::move(change);
  EXPECT_EQ(moved.numbers.of((*moved.changes)["x"][999]), "1.5");
  EXPECT_TRUE(with("1,2,3").numbers.empty());
}

TEST(glance, part_of_an_event_is_found) {
  const record from = copy_record("key", event, {});
  EXPECT_EQ(glance(from, "id"), "e1");
  EXPECT_EQ(glance(from, "account"), "acme");
  EXPECT_EQ(glance(from, "changes"), std::nullopt);
  EXPECT_EQ(glance(from, "absent"), std::nullopt);
  EXPECT_EQ(glance(copy_record("key", std::nullopt, {}), "id"), std::nullopt);
}

TEST(glance, only_json_that_is_no_cloud_event_is_looked_at) {
  const auto seen = [](std::string_view type, std::string_view value) -> std::optional<std::string> {
    const record from = copy_record(std::nullopt, value, {{"content-type", type}});
    const auto account = glance(from, "account");
    return account ? std::optional(std::string(*account)) : std::nullopt;
  };
  EXPECT_EQ(seen("application/json; charset=utf-8", event), "acme");
  EXPECT_EQ(seen("application/protobuf", event), std::nullopt);
  EXPECT_EQ(seen("application/cloudevents+json", event), std::nullopt);
  EXPECT_EQ(seen("", R"({"account":"a","specversion":"1.0","data":{"account":"b"}})"), std::nullopt);
}

TEST(decode_json, long_texts_are_taken) {
  const std::string big(2'000'000, 'x');
  const auto change = decode_json(with_name(big));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(json::text((*change->changes)["first_name"]), big);
}

TEST(decode_json, random_bytes_are_refused) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 100, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_TRUE(decode_json(bytes).has_error());
  }
}

TEST(decode_json, random_changes_of_an_event_are_decoded_or_refused_with_a_reason_of_decoding) {
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = event;
    for (unsigned count = 0; count <= random() % 3; ++count) changed[random() % changed.size()] = static_cast<char>(random());
    const auto change = decode_json(changed);
    const record from = copy_record(std::nullopt, changed, {});
    const auto seen = glance(from, "account");
    EXPECT_TRUE(!change || !seen || *seen == change->account);
    if (change) {
      EXPECT_FALSE(change->id.empty() || change->account.empty() || !(change->changes || change->native));
    } else {
      EXPECT_TRUE(change.error().reason == reason::undecodable || change.error().reason == reason::invalid_event);
      EXPECT_EQ(find_invalid_utf8(change.error().detail), std::nullopt);
    }
  }
}

TEST(cloud_event, data_is_the_event) {
  const auto change = decode_json(R"({"specversion":"1.0","type":"t","source":"s","id":"ce","data":)" + event + "}");
  ASSERT_TRUE(change.has_value()) << change.error().detail;
  EXPECT_EQ(change->id, "e1");
}

TEST(cloud_event, problems_of_the_data_are_named_inside_it) {
  EXPECT_EQ(decode_json(R"({"specversion":"1.0","data":{"id":7}})").error().detail, "data.id: is a number, expected a string");
  EXPECT_EQ(decode_json(R"({"specversion":"1.0","data":"{}"})").error().detail, "data: is a string, expected an object");
  EXPECT_EQ(decode_json(R"({"specversion":"1.0","data":null})").error().detail, "data: is null, expected an object");
  EXPECT_EQ(decode_json(R"({"specversion":"1.0","data":{"id":"1","account":"a","lead":{"id":7},"changes":{"x":1}}})").error().detail,
            "data.lead.id: is a number, expected a string");
  EXPECT_EQ(decode_json(R"({"specversion":"1.0","data":{"id":"1","id":"1"}})").error().detail, "data.id: stands twice, expected once");
}

TEST(cloud_event, one_that_is_ill_formed_is_an_invalid_event) {
  for (const char* text : {R"({"specversion":1,"data":{}})", R"({"specversion":"1.0","data":{},"data":{}})",
                           R"({"specversion":"1.0","data":{},"data_base64":""})", R"({"specversion":"1.0","data_base64":7})",
                           R"({"specversion":"1.0","data_base64":null})"})
    EXPECT_EQ(reason_of(text), reason::invalid_event) << text;
}

TEST(cloud_event, event_of_its_own_may_have_a_specversion) {
  EXPECT_TRUE(decode_json(R"({"specversion":"7","id":"1","account":"a","lead":{"id":"L"},"changes":{"x":1}})").has_value());
}

TEST(cloud_event, base64_data_holds_json_or_protobuf) {
  const auto as_json =
      decode_json(R"({"specversion":"1.0","datacontenttype":"application/json","data_base64":")" + encode_base64(event) + "\"}");
  ASSERT_TRUE(as_json.has_value()) << as_json.error().detail;
  EXPECT_EQ(as_json->id, "e1");

  v1::LeadChange message;
  message.set_id("e2");
  message.set_account("acme");
  message.mutable_lead()->set_id("L");
  message.mutable_changes()->set_status("won");
  const auto as_protobuf = decode_json(R"({"specversion":"1.0","datacontenttype":"application/protobuf","data_base64":")" +
                                       encode_base64(message.SerializeAsString()) + "\"}");
  ASSERT_TRUE(as_protobuf.has_value()) << as_protobuf.error().detail;
  EXPECT_EQ(as_protobuf->id, "e2");
}

TEST(cloud_event, base64_data_that_is_none_or_holds_no_event_is_refused) {
  EXPECT_EQ(reason_of(R"({"specversion":"1.0","data_base64":"*"})"), reason::undecodable);
  EXPECT_EQ(reason_of(R"({"specversion":"1.0","data_base64":"Zm9v"})"), reason::undecodable);
  EXPECT_EQ(reason_of(R"({"specversion":"1.0","datacontenttype":"application/protobuf","data_base64":"Zm9v"})"), reason::undecodable);
  EXPECT_EQ(reason_of(R"({"specversion":"1.0","data_base64":")" + encode_base64("{}") + "\"}"), reason::invalid_event);
}

}  // namespace
}  // namespace leadrelay::events
