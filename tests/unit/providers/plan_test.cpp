#include "providers/plan.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/plan_parts.hpp"
#include "providers/vocabulary.hpp"
#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> issues_of(std::string_view provider, const account_settings& settings, const std::string& account = "{}") {
  const auto made = try_plan(embedded().find(provider), settings, account);
  bool bad = false;
  for (const auto& issue : made.issues) bad = bad || issue.find("warning: ") == std::string::npos;
  EXPECT_EQ(made.value.has_value(), !bad);
  return made.issues;
}

TEST(make_plan, keeps_settings_and_definition) {
  account_settings settings;
  settings.account = "acme";
  settings.on_unknown = unknown_outcome::retry;
  const plan by = plan_of("octanist", settings);
  EXPECT_EQ(by.settings().account, "acme");
  EXPECT_EQ(by.settings().on_unknown, unknown_outcome::retry);
  EXPECT_EQ(by.definition().name(), "octanist");
  EXPECT_EQ(by.base_url(), "https://octanist.com");
}

TEST(make_plan, default_is_checked_and_told_its_place) {
  EXPECT_THAT(issues_of("perch", with_defaults({{"resourceType", R"("Company")"}}), "defaults:\n  resourceType: Company"),
              ElementsAre("account.yaml:2:17: accounts.acme.defaults.resourceType: not one of ClientProfile, Firm, FirmMember"));
  EXPECT_THAT(issues_of("perch", with_defaults({{"sin", "4877852"}}), "defaults: { sin: 4877852 }"),
              ElementsAre("account.yaml:1:18: accounts.acme.defaults.sin: a number, expected a string; put it in quotes"));
  EXPECT_THAT(issues_of("perch", with_defaults({{"phone", R"({"number":1})"}}), "defaults: { phone: { number: 1 } }"),
              ElementsAre("account.yaml:1:30: accounts.acme.defaults.phone.number: a number, expected a string; put it in quotes"));
}

TEST(make_plan, default_s_name_is_canonical_or_the_provider_s_own) {
  EXPECT_THAT(issues_of("perch", with_defaults({{"resource_type", R"("Firm")"}})), IsEmpty());
  EXPECT_THAT(issues_of("perch", with_defaults({{"resourceType", R"("Firm")"}})), IsEmpty());
  EXPECT_THAT(issues_of("leadping", with_defaults({{"contact", R"({"phone":{"number":"1"}})"}})), IsEmpty());
  EXPECT_THAT(issues_of("leadping", with_defaults({{"phone", R"({"number":"1"})"}})), IsEmpty());
  EXPECT_THAT(issues_of("leadping", with_defaults({{"phone.number", R"("1")"}})), IsEmpty());
  EXPECT_THAT(issues_of("perch", with_defaults({{"resourceTyp", R"("Firm")"}})),
              ElementsAre(HasSubstr("`resourceTyp` is no field of Perch, did you mean `resourceType`?")));
  EXPECT_THAT(issues_of("leadping", with_defaults({{"contact", R"({"phon":"1"})"}})),
              ElementsAre(HasSubstr("`phon` is no field of Leadping")));
  EXPECT_THAT(issues_of("leadping", with_defaults({{"contact", R"("x")"}})),
              ElementsAre(HasSubstr("a string, expected an object of Leadping's fields")));
  EXPECT_THAT(issues_of("perch", with_defaults({{"phone", R"("x")"}})), ElementsAre(HasSubstr("a string, expected an object")));
}

TEST(make_plan, default_that_cannot_be_is_refused) {
  EXPECT_THAT(issues_of("leadping", with_defaults({{"id", R"("x")"}})), ElementsAre(HasSubstr("identifies the lead")));
  EXPECT_THAT(issues_of("octanist", with_defaults({{"note", R"("x")"}})), ElementsAre(HasSubstr("appended")));
  EXPECT_THAT(issues_of("perch", with_defaults({{"first_name", "null"}})), ElementsAre(HasSubstr("is null, a default needs a value")));
  EXPECT_THAT(issues_of("perch", with_defaults({{"firstName", R"("A")"}, {"first_name", R"("B")"}})),
              ElementsAre(HasSubstr("is given twice")));
  EXPECT_THAT(issues_of("leadpro", with_defaults({{"address", R"({"street":"x"})"}})),
              ElementsAre(HasSubstr("address.street: no part of address")));
}

TEST(make_plan, default_that_is_never_used_is_warned_of) {
  EXPECT_THAT(issues_of("perch", with_defaults({{"prefix", R"("Ms.")"}})), ElementsAre(HasSubstr("warning: accounts.acme: is never used")));
  account_settings settings = with_defaults({{"prefix", R"("Ms.")"}});
  settings.require = {"prefix"};
  EXPECT_THAT(issues_of("perch", settings), IsEmpty());
}

TEST(make_plan, ignored_name_must_be_canonical) {
  account_settings settings;
  settings.ignore = {"office_id", "phone", "phone.lookup.id"};
  EXPECT_THAT(issues_of("perch", settings), IsEmpty());
  settings.ignore = {"officeid"};
  EXPECT_THAT(issues_of("perch", settings, "ignore: [office_id, officeid]"),
              ElementsAre("account.yaml:1:21: accounts.acme.ignore[1]: `officeid` is no canonical field, did you mean `office_id`?"));
}

TEST(make_plan, required_name_must_be_the_definition_s) {
  account_settings settings;
  settings.require = {"resource_id", "phone.number"};
  EXPECT_THAT(issues_of("perch", settings), IsEmpty());
  settings.require = {"phone"};
  EXPECT_THAT(issues_of("perch", settings), ElementsAre(HasSubstr("`phone` is an object, name one of its parts")));
  settings.require = {"office_id"};
  EXPECT_THAT(issues_of("perch", settings), ElementsAre(HasSubstr("`office_id` is no field of Perch")));
  settings.require = {"resourc_id"};
  EXPECT_THAT(issues_of("perch", settings), ElementsAre(HasSubstr("did you mean `resource_id`?")));
}

TEST(make_plan, omit_needs_a_request_that_replaces) {
  account_settings settings;
  settings.clear = clear_as::omit;
  EXPECT_THAT(issues_of("leadping", settings), IsEmpty());
  EXPECT_THAT(issues_of("perch", settings), ElementsAre(HasSubstr("omit leaves a cleared field unchanged")));
}

TEST(make_plan, base_url_must_be_a_plain_origin_with_a_path) {
  const auto with = [](const char* url) {
    account_settings out;
    out.base_url = url;
    return out;
  };
  for (const char* good : {"http://localhost:1", "https://api.example/v1/", "https://[::1]:8443", "https://api.realtor.dit.myperch.io"})
    EXPECT_THAT(issues_of("perch", with(good)), IsEmpty()) << good;
  for (const char* bad : {"", "ftp://x", "localhost:80", "https://", "https://user:password@x", "https://x?q=1", "https://x#f",
                          "https://x:99999", "https://x/../y", "https://x y", "https://x\r\ny"})
    EXPECT_EQ(issues_of("perch", with(bad), "{ base_url: x }").size(), 1u) << bad;
  for (const auto& issue : issues_of("perch", with("https://user:password@x")))
    EXPECT_EQ(issue.find("password@"), std::string::npos) << issue;
}

TEST(share_tables, plans_that_make_the_same_of_their_definition_have_one_set_between_them) {
  account_settings other_place;
  other_place.account = "elsewhere";
  other_place.base_url = "https://elsewhere.example/under";
  account_settings other_names;
  other_names.ignore = {"email"};
  plan first = plan_of("orwel");
  plan second = plan_of("orwel", other_place);
  plan third = plan_of("orwel", other_names);
  plan fourth = plan_of("perch");
  const std::array plans{&first, &second, &third, &fourth};
  const std::vector<plan_tables> before{*first.inside().tables, *second.inside().tables, *third.inside().tables, *fourth.inside().tables};
  EXPECT_NE(first.inside().tables, second.inside().tables);
  share_tables(plans);
  EXPECT_EQ(first.inside().tables, second.inside().tables);
  EXPECT_NE(first.inside().tables, third.inside().tables);
  EXPECT_NE(first.inside().tables, fourth.inside().tables);
  for (std::size_t index = 0; index < plans.size(); ++index) EXPECT_EQ(*plans[index]->inside().tables, before[index]) << index;
  EXPECT_EQ(second.inside().path_prefix, "/under");
}

TEST(make_plan, every_problem_is_told_at_once) {
  account_settings settings = with_defaults({{"no_such", "1"}, {"resource_type", "1"}});
  settings.ignore = {"nothing_like_it"};
  settings.require = {"phone"};
  settings.base_url = "ftp://x";
  EXPECT_EQ(issues_of("perch", settings).size(), 5u);
}

TEST(vocabulary, holds_every_field_of_the_embedded_definitions) {
  for (const char* provider : {"perch", "leadpro", "octanist", "leadping", "orwel"}) {
    account_settings settings;
    for (const auto& each : canonical_names) settings.ignore.insert(std::string(each.name));
    EXPECT_THAT(issues_of(provider, settings), IsEmpty());
  }
}

}  // namespace
}  // namespace leadrelay::providers
