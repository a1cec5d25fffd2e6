#include <cmath>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "events/decode.hpp"
#include "leadrelay/v1/lead_change.pb.h"

namespace leadrelay::events {
namespace {

using testing::HasSubstr;

v1::LeadChange minimal() {
  v1::LeadChange change;
  change.set_id("e1");
  change.set_account("acme");
  change.mutable_lead()->set_id("L");
  return change;
}

outcome<lead_change> decode_message(const v1::LeadChange& change) { return decode_protobuf(change.SerializeAsString()); }

std::string changes_of(const v1::LeadChange& change) {
  const auto decoded = decode_message(change);
  if (!decoded) return std::string(to_string(decoded.error().reason)) + ": " + decoded.error().detail;
  return decoded->changes ? json::serialize(*decoded->changes) : "none";
}

/// Field `number` of wire type 2.
std::string length_delimited(int number, std::string_view bytes) {
  std::string out;
  const auto varint = [&](std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
  };
  varint(static_cast<std::uint64_t>(number) << 3 | 2);
  varint(bytes.size());
  return out.append(bytes);
}

TEST(decode_protobuf, envelope_is_decoded) {
  v1::LeadChange change = minimal();
  change.set_occurred_at("2026-11-21T10:00:00Z");
  change.mutable_lead()->set_email("E");
  change.mutable_lead()->set_phone("P");
  change.mutable_changes()->set_status("won");
  change.mutable_snapshot()->set_status("won");
  const auto decoded = decode_message(change);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().detail;
  EXPECT_EQ(decoded->id, "e1");
  EXPECT_EQ(decoded->account, "acme");
  EXPECT_EQ(decoded->occurred_at, "2026-11-21T10:00:00Z");
  EXPECT_EQ(decoded->lead.email, "E");
  EXPECT_EQ(decoded->lead.phone, "P");
  EXPECT_EQ(json::serialize(*decoded->snapshot), R"({"status":"won"})");
  EXPECT_EQ(decoded->native, nullptr);
}

TEST(decode_protobuf, fields_that_are_set_to_nothing_are_there) {
  v1::LeadChange change = minimal();
  change.mutable_changes()->set_first_name("");
  change.mutable_changes()->set_gdpr_checkbox(false);
  change.mutable_changes()->set_office_id(0);
  EXPECT_EQ(changes_of(change), R"({"first_name":"","office_id":0,"gdpr_checkbox":false})");
}

TEST(decode_protobuf, stand_ins_become_what_they_stand_for) {
  v1::LeadChange change = minimal();
  auto& fields = *change.mutable_changes();
  fields.mutable_value()->set_text("12.50");
  fields.mutable_credit_score()->set_number(710);
  fields.mutable_address()->set_line("1 Main Street");
  auto& entry = *fields.mutable_questionnaire()->add_entries();
  entry.set_question("Q");
  (*fields.mutable_meta()->mutable_texts())["b"] = "2";
  (*fields.mutable_meta()->mutable_texts())["a"] = "1";
  EXPECT_EQ(changes_of(change),
            R"({"address":"1 Main Street","value":"12.50","questionnaire":[["Q",""]],"meta":{"a":"1","b":"2"},"credit_score":710})");
}

TEST(decode_protobuf, stand_in_without_a_value_is_an_invalid_event) {
  v1::LeadChange change = minimal();
  change.mutable_changes()->mutable_value();
  EXPECT_EQ(changes_of(change), "invalid_event: changes.value: has no value that this version knows");
}

TEST(decode_protobuf, whole_numbers_are_integers_and_others_are_not) {
  const auto number = [](double value) {
    v1::LeadChange change = minimal();
    change.mutable_changes()->set_height(value);
    return changes_of(change);
  };
  EXPECT_EQ(number(90), R"({"height":90})");
  EXPECT_EQ(number(-3), R"({"height":-3})");
  EXPECT_EQ(number(90.5), R"({"height":90.5})");
  EXPECT_EQ(number(9007199254740993.0), R"({"height":9007199254740992})");
  EXPECT_EQ(number(-0x1p63), R"({"height":-9223372036854775808})");
  EXPECT_EQ(number(0x1p63), R"({"height":9223372036854775808.0})");
  EXPECT_EQ(number(9.3606954), R"({"height":9.3606954})");
  EXPECT_EQ(number(1e300), R"({"height":1e300})");
  EXPECT_EQ(number(-0.0), R"({"height":-0.0})");
}

TEST(decode_protobuf, numbers_that_json_does_not_have_are_undecodable) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    v1::LeadChange typed = minimal();
    typed.mutable_changes()->set_height(bad);
    EXPECT_EQ(changes_of(typed), "undecodable: changes.height: is no finite number");
    v1::LeadChange free = minimal();
    (*(*free.mutable_native()->mutable_fields())["a"].mutable_struct_value()->mutable_fields())["b"].set_number_value(bad);
    EXPECT_EQ(changes_of(free), "undecodable: native.a.b: is no finite number");
  }
}

TEST(decode_protobuf, cleared_names_are_null) {
  v1::LeadChange change = minimal();
  auto& fields = *change.mutable_changes();
  fields.mutable_phone()->set_number("1");
  fields.add_cleared("prefix");
  fields.add_cleared("phone.extension");
  fields.add_cleared("address.line2");
  fields.add_cleared("phone.lookup.location.state");
  EXPECT_EQ(changes_of(change),
            R"({"phone":{"number":"1","extension":null,"lookup":{"location":{"state":null}}},"prefix":null,"address":{"line2":null}})");
}

TEST(decode_protobuf, name_that_is_cleared_and_set_or_cleared_twice_stands_twice) {
  v1::LeadChange both = minimal();
  both.mutable_changes()->set_prefix("Ms.");
  both.mutable_changes()->add_cleared("prefix");
  EXPECT_EQ(changes_of(both), "invalid_event: changes.prefix: stands twice, expected once");
  v1::LeadChange part = minimal();
  part.mutable_changes()->mutable_phone()->set_extension("1");
  part.mutable_changes()->add_cleared("phone.extension");
  EXPECT_EQ(changes_of(part), "invalid_event: changes.phone.extension: stands twice, expected once");
  v1::LeadChange twice = minimal();
  twice.mutable_snapshot()->add_cleared("prefix");
  twice.mutable_snapshot()->add_cleared("prefix");
  EXPECT_EQ(changes_of(twice), "invalid_event: snapshot.prefix: stands twice, expected once");
}

TEST(decode_protobuf, bad_cleared_names_are_invalid_events) {
  for (const char* name : {"", ".", "a.", ".a", "a..b", "prefix.x"}) {
    v1::LeadChange change = minimal();
    change.mutable_changes()->set_prefix("Ms.");
    change.mutable_changes()->add_cleared(name);
    EXPECT_THAT(changes_of(change), HasSubstr("invalid_event: changes.cleared[0]: ")) << name;
  }
  v1::LeadChange many = minimal();
  for (int index = 0; index < 1001; ++index) many.mutable_changes()->add_cleared("x" + std::to_string(index));
  EXPECT_EQ(changes_of(many), "invalid_event: changes.cleared: has more than 1000 names");
}

TEST(decode_protobuf, cleared_name_nests_as_deep_as_json_may) {
  const auto path = [](int parts) {
    v1::LeadChange change = minimal();
    std::string name = "a";
    for (int part = 1; part < parts; ++part) name += ".a";
    change.mutable_changes()->add_cleared(name);
    return changes_of(change);
  };
  EXPECT_THAT(path(62), testing::StartsWith("{"));
  EXPECT_EQ(path(63), "undecodable: changes.cleared[0]: nested beyond 64 levels");
  EXPECT_THAT(path(100'000), HasSubstr("undecodable"));
}

TEST(decode_protobuf, others_stand_beside_the_fields) {
  v1::LeadChange change = minimal();
  change.mutable_changes()->set_status("won");
  (*change.mutable_changes()->mutable_others()->mutable_fields())["stage"].set_string_value("x");
  (*change.mutable_changes()->mutable_others()->mutable_fields())["a"].set_null_value(google::protobuf::NULL_VALUE);
  EXPECT_EQ(changes_of(change), R"({"status":"won","a":null,"stage":"x"})");
  (*change.mutable_changes()->mutable_others()->mutable_fields())["status"].set_string_value("lost");
  EXPECT_EQ(changes_of(change), "invalid_event: changes.status: stands twice, expected once");
}

TEST(decode_protobuf, unknown_field_of_changes_is_not_lost) {
  v1::LeadFields fields;
  fields.set_status("won");
  const std::string bytes = minimal().SerializeAsString() +
                            length_delimited(v1::LeadChange::kChangesFieldNumber,
                                             fields.SerializeAsString() + length_delimited(777, "x") + length_delimited(777, "y"));
  const auto change = decode_protobuf(bytes);
  ASSERT_TRUE(change.has_value()) << change.error().detail;
  EXPECT_EQ(json::serialize(*change->changes), R"({"status":"won","#777":null})");
}

TEST(decode_protobuf, unknown_field_of_the_envelope_is_ignored) {
  v1::LeadChange change = minimal();
  change.mutable_changes()->set_status("won");
  EXPECT_TRUE(decode_protobuf(change.SerializeAsString() + length_delimited(777, "x")).has_value());
}

TEST(decode_protobuf, missing_parts_are_invalid_events) {
  v1::LeadChange change;
  EXPECT_EQ(decode_protobuf("").error().reason, reason::invalid_event);
  change.mutable_changes()->set_status("won");
  EXPECT_EQ(changes_of(change), "invalid_event: id: is missing, expected a string");
  change.set_id("");
  EXPECT_EQ(changes_of(change), "invalid_event: id: is empty, expected at least one character");
  change.set_id("e1");
  change.set_account("acme");
  EXPECT_EQ(changes_of(change), "invalid_event: lead: is missing, expected an object");
  change.mutable_lead();
  EXPECT_THAT(changes_of(change), HasSubstr("lead: names no lead"));
  change.mutable_lead()->set_id("L");
  change.clear_changes();
  EXPECT_THAT(changes_of(change), HasSubstr("changes: is missing or empty"));
  change.mutable_changes();
  EXPECT_THAT(changes_of(change), HasSubstr("changes: is missing or empty"));
}

TEST(decode_protobuf, value_without_a_kind_is_an_invalid_event) {
  v1::LeadChange change = minimal();
  (*change.mutable_native()->mutable_fields())["a"].mutable_list_value()->add_values();
  EXPECT_EQ(changes_of(change), "invalid_event: native.a: has no value, expected one or null_value");
}

google::protobuf::Value nested_value(int levels, bool objects) {
  google::protobuf::Value inner;
  inner.set_bool_value(true);
  for (int level = 0; level < levels; ++level) {
    google::protobuf::Value outer;
    if (objects) {
      (*outer.mutable_struct_value()->mutable_fields())["a"].Swap(&inner);
    } else {
      outer.mutable_list_value()->add_values()->Swap(&inner);
    }
    inner.Swap(&outer);
  }
  return inner;
}

TEST(decode_protobuf, sixty_four_levels_are_taken_and_one_more_is_not) {
  for (const bool objects : {false, true}) {
    v1::LeadChange change = minimal();
    (*change.mutable_native()->mutable_fields())["a"] = nested_value(62, objects);
    EXPECT_TRUE(decode_message(change).has_value()) << objects << decode_message(change).error().detail;
    (*change.mutable_native()->mutable_fields())["a"] = nested_value(63, objects);
    EXPECT_EQ(decode_message(change).error().reason, reason::undecodable);
    EXPECT_THAT(decode_message(change).error().detail, HasSubstr("nested beyond 64 levels"));
  }
}

TEST(decode_protobuf, nesting_of_any_depth_overflows_no_stack) {
  std::string value;
  for (int level = 0; level < 2'000; ++level) value = length_delimited(6, length_delimited(1, value));  // Value.list_value.values
  const std::string native = length_delimited(1, length_delimited(1, "a") + length_delimited(2, value));
  const std::string bytes = minimal().SerializeAsString() + length_delimited(v1::LeadChange::kNativeFieldNumber, native);
  EXPECT_EQ(decode_protobuf(bytes).error().reason, reason::undecodable);
  EXPECT_EQ(decode_protobuf(std::string(200'000, '\x0B')).error().reason, reason::undecodable);  // groups that never end
}

TEST(decode_protobuf, invalid_utf8_is_undecodable_and_writes_nothing_to_standard_error) {
  testing::internal::CaptureStderr();
  for (const char* bad : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "a\xC3"}) {
    const std::string field = length_delimited(1, bad);
    const std::string start = minimal().SerializeAsString();
    EXPECT_EQ(decode_protobuf(start + length_delimited(5, field)).error().reason, reason::undecodable);
    const std::string entry = length_delimited(1, length_delimited(1, bad) + length_delimited(2, length_delimited(3, "x")));
    EXPECT_EQ(decode_protobuf(start + length_delimited(7, entry)).error().reason, reason::undecodable);
    const std::string cleared = length_delimited(1000, bad);
    EXPECT_EQ(decode_protobuf(start + length_delimited(5, cleared)).error().reason, reason::undecodable);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

v1::LeadChange rich() {
  v1::LeadChange change = minimal();
  auto& fields = *change.mutable_changes();
  fields.set_first_name("Zoë");
  fields.mutable_phone()->mutable_lookup()->set_is_valid(true);
  fields.mutable_value()->set_number(1.5);
  (*fields.mutable_meta()->mutable_texts())["a"] = "1";
  fields.mutable_questionnaire()->add_entries()->set_question("Q");
  (*fields.mutable_properties()->mutable_fields())["p"].mutable_list_value()->add_values()->set_number_value(7);
  fields.add_cleared("prefix");
  return change;
}

TEST(decode_protobuf, truncations_are_refused_or_decoded_without_reading_beyond) {
  const std::string bytes = rich().SerializeAsString();
  ASSERT_TRUE(decode_protobuf(bytes).has_value());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(decode_protobuf({cut.data(), cut.size()}).has_error()) << size;
  }
}

TEST(decode_protobuf, random_bytes_and_random_changes_stop_nothing) {
  std::mt19937 random(3);
  const std::string bytes = rich().SerializeAsString();
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = bytes;
    for (unsigned count = 0; count <= random() % 4; ++count) changed[random() % changed.size()] = static_cast<char>(random());
    if (round % 4 == 0) changed.resize(random() % 64);
    const auto change = decode_protobuf(changed);
    if (change) {
      EXPECT_EQ(json::parse(json::serialize(*change->document)).has_value(), true);
    } else {
      EXPECT_TRUE(change.error().reason == reason::undecodable || change.error().reason == reason::invalid_event);
      EXPECT_EQ(find_invalid_utf8(change.error().detail), std::nullopt);
    }
  }
}

}  // namespace
}  // namespace leadrelay::events
