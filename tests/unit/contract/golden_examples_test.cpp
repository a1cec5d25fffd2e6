#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "examples.hpp"

namespace leadrelay::contract {
namespace {

using events::lead_change;

const events::header is_protobuf{"content-type", "application/protobuf"};

void expect_same_object(const char* part, const json::value* a, const json::value* b) {
  ASSERT_EQ(a == nullptr, b == nullptr) << part;
  if (a) {
    EXPECT_TRUE(*a == *b) << part << ": " << json::serialize(*a) << "\n" << json::serialize(*b);
  }
}

void expect_same(const lead_change& a, const lead_change& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.occurred_at, b.occurred_at);
  EXPECT_EQ(a.lead.id, b.lead.id);
  EXPECT_EQ(a.lead.email, b.lead.email);
  EXPECT_EQ(a.lead.phone, b.lead.phone);
  expect_same_object("changes", a.changes, b.changes);
  expect_same_object("snapshot", a.snapshot, b.snapshot);
  expect_same_object("native", a.native, b.native);
}

class golden_example : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(golden_example, json_and_protobuf_give_the_same_change) {
  const auto from_json = events::decode(record_of(read_file(GetParam())));
  const std::string bytes = read_file(std::string(ENCODED_DIR) + "/" + GetParam().stem().string() + ".binpb");
  const auto from_protobuf = events::decode(record_of(bytes, {is_protobuf}));

  ASSERT_TRUE(from_json.has_value()) << from_json.error().detail;
  ASSERT_TRUE(from_protobuf.has_value()) << from_protobuf.error().detail;
  expect_same(*from_json, *from_protobuf);
}

TEST_P(golden_example, whole_numbers_are_the_same_text_in_both) {
  const auto from_json = events::decode(record_of(read_file(GetParam())));
  const std::string bytes = read_file(std::string(ENCODED_DIR) + "/" + GetParam().stem().string() + ".binpb");
  const auto from_protobuf = events::decode(record_of(bytes, {is_protobuf}));

  ASSERT_TRUE(from_json.has_value() && from_protobuf.has_value());
  for (const auto part : {&lead_change::changes, &lead_change::snapshot, &lead_change::native})
    if ((*from_json).*part) {
      EXPECT_EQ(json::serialized_size(*((*from_json).*part)), json::serialized_size(*((*from_protobuf).*part)));
    }
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) { return info.param.stem().string(); }

INSTANTIATE_TEST_SUITE_P(all, golden_example, testing::ValuesIn(files_in("lead-change", ".json")), name_of);

TEST(golden_examples, every_example_stands_in_both_forms) {
  const auto stems = [](const std::vector<std::filesystem::path>& files) {
    std::vector<std::string> out;
    for (const auto& file : files) out.push_back(file.stem().string());
    return out;
  };
  EXPECT_THAT(stems(files_in("lead-change", ".json")), testing::SizeIs(testing::Ge(10u)));
  EXPECT_EQ(stems(files_in("lead-change", ".json")), stems(files_in("lead-change", ".textproto")));
}

TEST(golden_examples, data_of_a_binary_cloud_event_is_the_event_itself) {
  const std::string bytes = read_file(std::string(ENCODED_DIR) + "/cloudevent.binpb");
  const auto change = events::decode(record_of(bytes, {{"ce_specversion", "1.0"}, {"ce_id", "A234-1234-1234"}, is_protobuf}));
  ASSERT_TRUE(change.has_value()) << change.error().detail;
  EXPECT_EQ(change->id, "01JD7Q1W8C0000000000000010");
}

}  // namespace
}  // namespace leadrelay::contract
