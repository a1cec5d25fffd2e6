#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "examples.hpp"

namespace leadrelay::contract {
namespace {

class invalid_example : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(invalid_example, is_refused_for_the_reason_in_its_name) {
  const auto change = events::decode(record_of(read_file(GetParam())));
  const std::string name = GetParam().filename().string();

  ASSERT_TRUE(change.has_error());
  EXPECT_EQ(to_string(change.error().reason), name.substr(0, name.find('.'))) << change.error().detail;
  EXPECT_THAT(change.error().detail, testing::Not(testing::IsEmpty()));
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(all, invalid_example, testing::ValuesIn(files_in("invalid/lead-change", ".json")), name_of);

}  // namespace
}  // namespace leadrelay::contract
