#include <gmock/gmock.h>

#include "providers/mask.hpp"
#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(masked_event, values_of_sensitive_fields_are_stars_however_short_and_whatever_their_type) {
  const auto change = change_of(perch(R"({"first_name":"A","credit_score":7,"phone":{"number":"1","extension":null},"status":"hot"})"));
  const plan by = plan_of("perch");
  EXPECT_EQ(masked_event(change, &by), R"({"id":"event-1","lead":{"id":"x"},"changes":{"first_name":"***","credit_score":"***",)"
                                       R"("phone":{"number":"***","extension":null},"status":"hot"}})");
}

TEST(masked_event, addresses_of_the_lead_are_stars) {
  const auto change = change_of(R"({"lead":{"id":"x","email":"a@b.c","phone":"123"},"changes":{"status":"hot"}})");
  EXPECT_THAT(masked_event(change, nullptr), HasSubstr(R"("lead":{"id":"x","email":"***","phone":"***"})"));
}

TEST(masked_event, what_nobody_knows_may_be_anything) {
  const auto change = change_of(perch(R"({"unheard":"Bo","status":{"name":"Cy"}})", R"(,"native":{"unheard":"Di","clientData":"Ed"})"));
  const plan by = plan_of("perch");
  for (const plan* each : {&by, static_cast<const plan*>(nullptr)})
    EXPECT_THAT(masked_event(change, each), AllOf(Not(HasSubstr("Bo")), Not(HasSubstr("Cy")), Not(HasSubstr("Di")), Not(HasSubstr("Ed"))));
}

TEST(masked_event, native_is_masked_by_the_definition) {
  const auto change = change_of(R"({"lead":{"id":"x"},"native":{"firstName":"Amya","resourceType":"Firm","phone":{"number":["1"]}}})");
  const plan by = plan_of("perch");
  EXPECT_THAT(masked_event(change, &by), AllOf(HasSubstr(R"("resourceType":"Firm")"), Not(HasSubstr("Amya")), Not(HasSubstr("[\"1\"]"))));
  EXPECT_THAT(masked_event(change, nullptr), HasSubstr(R"("native":"***")"));
}

TEST(masked_event, snapshot_is_masked_as_changes_are) {
  const auto change = change_of(perch(R"({"status":"hot"})", R"(,"snapshot":{"last_name":"Williamson","status":"cold"})"));
  const plan by = plan_of("perch");
  EXPECT_THAT(masked_event(change, &by), HasSubstr(R"("snapshot":{"last_name":"***","status":"cold"})"));
}

}  // namespace
}  // namespace leadrelay::providers
