#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(providers, all_are_listed) {
  const ended result = leadrelay({"providers"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(lines_of(result.output).size(), 5u);
  EXPECT_THAT(result.output, HasSubstr("\norwel: Orwel, PATCH, https://api.orwel.io, embedded\n"));
}

TEST(providers, one_is_shown_described_or_as_it_stands) {
  EXPECT_THAT(leadrelay({"providers", "orwel"}).output, HasSubstr("Orwel"));
  EXPECT_THAT(leadrelay({"providers", "orwel", "--source"}).output, HasSubstr("name: orwel\n"));
  EXPECT_THAT(leadrelay({"providers", "--source", "orwel", "--json"}).output,
              StartsWith(R"({"name":"orwel","origin":"embedded","source":")"));
}

TEST(providers, source_without_a_name_is_refused) {
  const ended result = leadrelay({"providers", "--source"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_EQ(result.error, "leadrelay providers: --source needs the NAME of a provider, one of leadping, leadpro, octanist, orwel, perch\n");
}

TEST(providers, unknown_one_is_told_with_the_one_meant) {
  const ended near = leadrelay({"providers", "octanst"});
  EXPECT_EQ(near.code, 2);
  EXPECT_EQ(near.error, "leadrelay providers: no such provider: `octanst`, did you mean `octanist`?\n");
  EXPECT_EQ(leadrelay({"providers", "xyz"}).error,
            "leadrelay providers: no such provider: `xyz`, expected one of leadping, leadpro, octanist, orwel, perch\n");
}

TEST(providers, folder_that_is_none_is_told) {
  const ended result = leadrelay({"providers", "--providers-dir", "/no/such/folder"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("/no/such/folder"));
  EXPECT_EQ(lines_of(result.error).size(), 1u);
}

}  // namespace
}  // namespace leadrelay::cli
